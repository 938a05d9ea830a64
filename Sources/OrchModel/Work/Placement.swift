/// What a run asks of the agent that is to have it, such as `{"gpu": true, "zone": "eu"}`.
///
/// Each of the names has to be a label of the agent, with a value that fits: texts and truth values are equal; of a number
/// the agent has that or more; of a list one element fits. An amount of memory may be written `8g`.
public struct Placement: Hashable, Sendable {
    public var requires: [String: JSONValue]

    /// - Parameter requires: nil or empty = any agent will do.
    public init(_ requires: [String: JSONValue]?) {
        self.requires = requires ?? [:]
    }

    /// What runs on an infrastructure ask of an agent that require something: that it has another one than all have, too.
    public static func demands(
        of requires: [String: JSONValue]?, on infrastructure: String
    ) -> [String: JSONValue]? {
        guard infrastructure != InfrastructureKind.docker.rawValue else { return requires }
        return ["infrastructure": .string(infrastructure)].merging(requires ?? [:]) { $1 }
    }

    /// Whether any agent will do.
    public var isAnywhere: Bool { requires.isEmpty }

    /// The same for equal demands; empty where any agent will do.
    public var text: String { requires.isEmpty ? "" : JSONValue.object(requires).jsonText }

    /// What ``text`` says; nil where it is no such text.
    public init?(text: String) {
        guard !text.isEmpty else {
            self.init(nil)
            return
        }
        guard let members = try? JSONValue(parsing: text).objectValue else { return nil }
        self.init(members)
    }

    /// Whether an agent with these labels may have the run.
    public func fits(_ labels: [String: JSONValue]) -> Bool {
        requires.allSatisfy { name, value in labels[name].map { Self.fits(value, $0) } ?? false }
    }

    /// Whether an agent with these labels gets such runs: what names no infrastructure is a container, and an agent that says what
    /// it has gets it only where that is a container engine.
    public func isMet(by labels: [String: JSONValue]) -> Bool {
        guard fits(labels) else { return false }
        guard requires["infrastructure"] == nil, labels["infrastructure"] != nil else { return true }
        return Placement(["infrastructure": "docker"]).fits(labels)
    }

    /// The demands that an agent with these labels does not meet, by name.
    public func unmet(by labels: [String: JSONValue]) -> [String] {
        requires.keys.sorted().filter { name in
            guard let value = requires[name] else { return false }
            return !(labels[name].map { Self.fits(value, $0) } ?? false)
        }
    }

    /// What an agent has to have, for sentences: `gpu=true`; a container engine where nothing else is asked for.
    public var wanted: String { isAnywhere ? "a container engine" : description }

    /// `gpu=true, zone=eu`.
    public var description: String {
        requires.sorted { $0.key < $1.key }.map { "\($0.key)=\(Self.plain($0.value))" }.joined(separator: ", ")
    }

    /// What is wrong with it as people write it; empty where nothing is.
    public var problems: [String] {
        if requires.count > AgentLabels.most { return ["requires: expected \(AgentLabels.most) demands at most"] }
        return requires.sorted { $0.key < $1.key }.compactMap { name, value in
            let problem = AgentLabels.problem(name: name, value: value) ?? HostFact(rawValue: name)?.problem(of: value)
            return problem.map { "requires.\(name): \($0)" }
        }
    }

    private static func fits(_ wanted: JSONValue, _ had: JSONValue) -> Bool {
        if case .array(let choices) = wanted { return choices.contains { fits($0, had) } }
        if case .array(let elements) = had { return elements.contains { fits(wanted, $0) } }
        if case .string(let text) = wanted, let number = number(had) {
            guard let bytes = ByteSize.bytes(text) else { return false }
            return number >= Double(bytes)
        }
        if let least = number(wanted), let number = number(had) { return number >= least }
        return wanted == had
    }

    private static func number(_ value: JSONValue) -> Double? {
        switch value {
        case .int(let number): Double(number)
        case .double(let number): number
        default: nil
        }
    }

    private static func plain(_ value: JSONValue) -> String {
        if case .string(let text) = value { return text }
        if case .array(let elements) = value { return elements.map(plain).joined(separator: "|") }
        return value.jsonText
    }
}
