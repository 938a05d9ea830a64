/// One thing that is wrong with the parameters given to a flow.
public struct ParameterProblem: Error, Sendable, Hashable, Codable {
    /// What kind of mistake it is.
    public enum Kind: String, Sendable, Hashable, Codable {
        /// The value is not what the parameter accepts.
        case invalid
        /// The parameter must be given and is not.
        case missing
        /// The flow has no such parameter.
        case unknown
        /// The value is a template that cannot be filled in; what is expected says why.
        case template
    }

    /// What kind of mistake it is.
    public var kind: Kind
    /// The parameter, with the place inside its value: `months[2]`, `trips[2].month`.
    public var name: String
    /// What would be accepted, in words. For an unknown name: the names there are.
    public var expected: String
    /// What was given, with secrets left out; empty where nothing was.
    public var got: String
    /// The names nearest to an unknown one.
    public var nearest: [String]

    /// A problem with the parameter `name`.
    public init(_ kind: Kind, name: String, expected: String, got: String = "", nearest: [String] = []) {
        self.kind = kind
        self.name = name
        self.expected = expected
        self.got = got
        self.nearest = nearest
    }
}

extension ParameterProblem: CustomStringConvertible {
    /// A sentence: `parameter "month": expected a whole number from 1 to 12, got 13`.
    public var description: String {
        switch kind {
        case .invalid: "parameter \"\(name)\": expected \(expected), got \(got)"
        case .template: "parameter \"\(name)\": \(expected)"
        case .missing: "parameter \"\(name)\" is required: expected \(expected)"
        case .unknown:
            if let guess = nearest.first {
                "unknown parameter \"\(name)\": did you mean \"\(guess)\"? \(expected)"
            } else {
                "unknown parameter \"\(name)\". \(expected)"
            }
        }
    }
}

/// All that is wrong with the parameters given to a flow; never empty.
public struct ParameterProblems: Error, Sendable, Hashable, CustomStringConvertible {
    /// The problems, in the order of the parameters.
    public var problems: [ParameterProblem]

    /// Gathers problems.
    public init(_ problems: [ParameterProblem]) {
        self.problems = problems
    }

    /// One sentence a line.
    public var description: String { problems.map(\.description).joined(separator: "\n") }
}
