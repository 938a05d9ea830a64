/// What every agent says of its host by itself, as labels that runs may ask for.
public enum HostFact: String, Hashable, Sendable, CaseIterable {
    /// `linux` or `darwin`.
    case os
    /// As platforms of images have it.
    case arch
    /// How many processors it has.
    case cpus
    /// Bytes.
    case memory
    /// Where it starts runs.
    case infrastructure

    /// What is wrong with a demand that no host can ever meet; nil where nothing is. Of a list each choice has to be one.
    public func problem(of demand: JSONValue) -> String? {
        if case .array(let choices) = demand { return choices.lazy.compactMap(problem).first }
        guard !isPossible(demand) else { return nil }
        return "expected \(expected), got \(PlainText.cut(demand.jsonText))"
    }

    private func isPossible(_ demand: JSONValue) -> Bool {
        switch (self, demand) {
        case (.os, .string(let text)), (.arch, .string(let text)), (.infrastructure, .string(let text)):
            words.contains(text)
        case (.cpus, .string(let text)): Int(text).map { $0 >= 0 } ?? false
        case (.memory, .string(let text)): ByteSize.bytes(text) != nil
        case (.cpus, .int(let number)), (.memory, .int(let number)): number >= 0
        case (.cpus, .double(let number)), (.memory, .double(let number)): number >= 0
        default: false
        }
    }

    /// The values that hosts have; none where they are numbers.
    private var words: [String] {
        switch self {
        case .os: ["linux", "darwin"]
        case .arch: ["amd64", "arm64"]
        case .infrastructure: InfrastructureKind.allCases.map(\.rawValue)
        case .cpus, .memory: []
        }
    }

    private var expected: String {
        switch self {
        case .os, .arch, .infrastructure: words.joined(separator: " or ")
        case .cpus: "how many processors at least, such as 4"
        case .memory: "how much at least, in bytes or such as 8g"
        }
    }
}
