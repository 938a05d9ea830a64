import OrchModel

/// Values as messages show them: short, and never what came out of the environment.
enum Shown {
    static func scalar(_ scalar: YAMLScalar) -> String {
        if let source = scalar.source { return "the value of \(quoted(source))" }
        if CoreSchema.isNull(scalar) { return "nothing" }
        switch CoreSchema.value(of: scalar) {
        case .success(.string(let text)): return "\(quoted(text)) (a text)"
        case .success(let value): return value.jsonText
        case .failure: return quoted(scalar.text)
        }
    }

    static func node(_ node: YAMLNode) -> String {
        switch node.content {
        case .scalar(let scalar): self.scalar(scalar)
        case .list: "a list"
        case .mapping: "a mapping"
        }
    }

    static func quoted(_ text: String) -> String {
        JSONValue.string(text.count > 80 ? text.prefix(80) + "…" : text).hidingURLPasswords.jsonText
    }
}
