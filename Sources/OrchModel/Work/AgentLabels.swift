/// Labels of agents as people write them: `zone=eu`, `gpu=true`, `cpus=8`.
public enum AgentLabels {
    /// The most labels of an agent, and demands of a run.
    public static let most = 50
    /// Labels of texts `NAME=VALUE`; `true`, `false` and numbers are what they look like. The last one of a name counts.
    ///
    /// - Throws: the first text that is no label, and what was expected.
    public static func read(_ texts: some Sequence<String>) throws(Unreadable) -> [String: JSONValue] {
        var labels: [String: JSONValue] = [:]
        for text in texts {
            guard let sign = text.firstIndex(of: "="), sign != text.startIndex else {
                throw Unreadable(text: text, reason: "expected NAME=VALUE, such as zone=eu")
            }
            let (name, value) = (String(text[..<sign]), value(String(text[text.index(after: sign)...])))
            if let problem = problem(name: name, value: value) { throw Unreadable(text: text, reason: problem) }
            if HostFact(rawValue: name) != nil {
                let facts = HostFact.allCases.map(\.rawValue).joined(separator: ", ")
                throw Unreadable(
                    text: text, reason: "the agent says itself what its host has; expected another name than \(facts)")
            }
            labels[name] = value
        }
        guard labels.count <= most else {
            throw Unreadable(text: "\(labels.count) labels", reason: "expected \(most) at most")
        }
        return labels
    }

    /// A text that is no label.
    public struct Unreadable: Error, Hashable, Sendable, CustomStringConvertible {
        public var text: String
        public var reason: String

        public var description: String { "\"\(text)\": \(reason)" }
    }

    /// What is wrong with a label or a demand; nil where nothing is.
    public static func problem(name: String, value: JSONValue) -> String? {
        guard (1...100).contains(name.utf8.count), PlainText.isPlain(name) else {
            return "expected a name of 1 to 100 bytes on one line"
        }
        switch value {
        case .bool, .int, .double: return nil
        case .string(let text):
            return text.utf8.count <= 200 && PlainText.isPlain(text) ? nil : "expected at most 200 bytes on one line"
        case .array(let elements):
            let isPlain = elements.allSatisfy { element in
                if case .array = element { return false }
                return problem(name: name, value: element) == nil
            }
            return !elements.isEmpty && elements.count <= most && isPlain
                ? nil : "expected a list of 1 to \(most) plain values"
        case .null, .object: return "expected a text, a number, true or false, or a list of them"
        }
    }

    /// `gpu=true, zone=eu`.
    public static func text(_ labels: [String: JSONValue]) -> String { Placement(labels).description }

    private static func value(_ text: String) -> JSONValue {
        if text == "true" || text == "false" { return .bool(text == "true") }
        if let number = Int64(text) { return .int(number) }
        if let number = Double(text), number.isFinite, text.first.map({ $0.isNumber || $0 == "-" }) == true {
            return .double(number)
        }
        return .string(text)
    }
}
