extension ParameterSchema {
    /// What is wrong with its patterns, a sentence for each: those that cannot be read, and those whose answer may take longer
    /// than anybody waits.
    public var unusablePatterns: [String] {
        properties.flatMap { property in property.value.unusablePatterns.map { "parameter \(property.name): \($0)" } }
    }
}

extension ValueSchema {
    fileprivate var unusablePatterns: [String] {
        var problems: [String] = []
        if let pattern {
            let shown = pattern.count > 200 ? pattern.prefix(200) + "…" : pattern[...]
            if (try? Regex(pattern)) == nil {
                problems.append("its pattern \(shown) cannot be read as a regular expression")
            } else if !PatternCost.isBounded(pattern) {
                problems.append(
                    "its pattern \(shown) may take for ever: it repeats a group that can be read in several ways; take the inner "
                        + "repetition out, or end each turn with a character that it cannot match")
            }
        }
        let parts = [items, values].compactMap(\.self) + (members ?? []).map(\.value) + alternatives
        return problems + parts.flatMap(\.unusablePatterns)
    }
}
