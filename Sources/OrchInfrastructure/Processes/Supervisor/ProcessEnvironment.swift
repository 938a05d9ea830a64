import FoundationEssentials

/// The variables of a process, on their way from the agent to its supervisor.
enum ProcessEnvironment {
    /// Those of the agent's own that a process gets as well; all others, and with them what the agent knows, stay with it.
    static let passed = ["PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LC_ALL", "LC_CTYPE", "TZ"]

    /// Each entry with a NUL behind it, and an empty one as the end.
    static func bytes(_ variables: [String: String]) -> [UInt8] {
        let entries = variables.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        return entries.flatMap { Array($0.utf8) + [0] } + [0]
    }

    /// The entries; nil where the end is missing.
    static func entries(_ bytes: [UInt8]) -> [String]? {
        guard bytes.last == 0, bytes.count == 1 || bytes.dropLast().last == 0 else { return nil }
        return bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    }

    /// What a process gets of the agent's variables.
    static func inherited(from own: [String: String]) -> [String: String] {
        own.filter { passed.contains($0.key) }
    }
}
