/// A structure that a flow's parameter can have: an object whose members are parameters themselves, with their own defaults,
/// help and ranges.
///
/// ```swift
/// struct Trip: ParameterObject {
///     @Parameter(help: "Month.", range: 1...12) var month = 7
///     @Parameter(help: "Colour.", oneOf: ["yellow", "green"]) var color = "green"
///     @Parameter(help: "A password.", isSecret: true) var password: String?
/// }
///
/// @Parameter(help: "What to load.", rules: .count(1...)) var trips: [Trip]     // -p trips='[{"month":1}]'
/// ```
///
/// Only members that are a ``Parameter`` are part of the object; others keep the value that `init()` gives them. A member
/// that names no default must be given. Structures nest, though not without end: inside of itself a structure is any object.
public protocol ParameterObject: ParameterValue {
    /// An object with every member at its default.
    init()
}

extension ParameterObject {
    /// An object of the members that are parameters.
    public static var parameterSchema: ValueSchema {
        let visiting = DescribedObjects.visiting
        guard !visiting.contains(ObjectIdentifier(self)) else { return ValueSchema(.object) }
        return DescribedObjects.$visiting.withValue(visiting.union([ObjectIdentifier(self)])) {
            ValueSchema(.object, members: DeclaredParameters.properties(of: Self()))
        }
    }

    /// Reads an object. Members that are left out keep their defaults.
    ///
    /// - Throws: ``ParameterProblems`` with all that is wrong with it.
    public init(from decoder: any Decoder) throws {
        let value = try JSONValue(from: decoder)
        self.init()
        do {
            guard let given = value.objectValue else {
                let expected = Self.parameterSchema.expectation
                throw ParameterProblem(.invalid, name: "", expected: expected, got: value.kindName)
            }
            let schema = ParameterSchema(DeclaredParameters.properties(of: self))
            try DeclaredParameters.assign(try schema.resolve(given), to: self)
        } catch let problems as ParameterProblems {
            throw problems.inside(decoder.codingPath)
        } catch let problem as ParameterProblem {
            throw ParameterProblems([problem]).inside(decoder.codingPath)
        }
    }

    /// Writes the members that have a value.
    public func encode(to encoder: any Encoder) throws {
        try JSONValue.object(DeclaredParameters.values(of: self)).encode(to: encoder)
    }
}

/// The structures whose description is being made, so that one inside of itself ends.
enum DescribedObjects {
    @TaskLocal static var visiting: Set<ObjectIdentifier> = []
}

extension JSONValue {
    /// What it is, in words, without what is in it.
    var kindName: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .int, .double: "a number"
        case .string: "a text"
        case .array: "a list"
        case .object: "an object"
        }
    }
}
