extension BlockType {
    /// The name here of a field that others call otherwise, as Prefect's blocks do; any other name as it is.
    func alias(_ name: String) -> String { Self.aliases[slug]?[name] ?? name }

    /// A document with fields and choices in the spelling of orch: `IF_NOT_PRESENT` is `if_not_present`, and of an
    /// `auto_remove` true is `always`, false is `never`.
    public func normalized(_ document: [String: JSONValue]) -> [String: JSONValue] {
        var normalized: [String: JSONValue] = [:]
        // Where both spellings are there, orch's own wins.
        for (name, value) in document.sorted(by: { $0.key < $1.key })
        where document[alias(name)] == nil || alias(name) == name {
            let known = alias(name)
            guard case .choice(let words)? = field(known)?.kind else {
                normalized[known] = value
                continue
            }
            normalized[known] = Self.choice(value, of: words, in: known)
        }
        return normalized
    }

    private static func choice(_ value: JSONValue, of words: [String], in field: String) -> JSONValue {
        if field == "auto_remove", case .bool(let removes) = value { return .string(removes ? "always" : "never") }
        guard case .string(let text) = value, !words.contains(text) else { return value }
        func folded(_ word: String) -> String { word.lowercased().filter { $0 != "_" && $0 != "-" } }
        return words.first { folded($0) == folded(text) }.map(JSONValue.string) ?? value
    }

    /// What is said of a field that orch does not take on purpose; nil for any other.
    func refusal(_ name: String) -> String? { Self.refusals[slug]?[name] }

    /// Names of Prefect's for the same thing.
    private static let aliases = [
        "docker-container": [
            "mem_limit": "memory", "memswap_limit": "memory_swap", "working_directory": "working_dir",
        ],
        "process": ["working_directory": "working_dir"],
    ]

    private static let refusals = [
        "docker-container": [
            "privileged": "no container of orch is privileged: name what it needs, such as volumes or gpus",
            "name":
                "each attempt's container is called orch-RUN-ATTEMPT, so that none is started twice: say it as a label",
            "cap_add": "no container of orch has capabilities",
        ]
    ]
}
