/// What the log and the states say about the cache. Neither values nor keys are in it.
enum CacheText {
    /// Where a result is from.
    static func hit(_ entry: CacheEntry) -> String { "made by \(maker(entry))" }

    /// Why there is none.
    static func miss(_ miss: CacheMiss) -> String {
        switch (miss.reason, miss.earlier) {
        case (.first, _): "first time: no result is kept for these inputs"
        case (.expired, let earlier?): "expired at \(earlier.expiresAt): made by \(maker(earlier))"
        case (.expired, nil): "expired"
        case (.codeChanged, let earlier?): "code changed since it was made by \(maker(earlier))"
        case (.codeChanged, nil): "code changed"
        case (.refresh, let earlier?): "refresh: computed anew in place of what was made by \(maker(earlier))"
        case (.refresh, nil): "refresh: computed anew"
        }
    }

    static func unreadable(_ entry: CacheEntry) -> String { "unreadable: the result made by \(maker(entry))" }

    private static func maker(_ entry: CacheEntry) -> String { "run \(entry.runName) at \(entry.madeAt)" }

    /// What is wrong with JSON, and where; never a value, which may be a secret.
    static func problem(_ error: any Error) -> String {
        switch error {
        case DecodingError.typeMismatch(let type, let context): "expected \(type)\(place(context.codingPath))"
        case DecodingError.valueNotFound(let type, let context):
            "expected \(type), got null\(place(context.codingPath))"
        case DecodingError.keyNotFound(let key, let context):
            "expected a member \"\(key.stringValue)\"\(place(context.codingPath))"
        case DecodingError.dataCorrupted(let context): "it cannot be read\(place(context.codingPath))"
        case EncodingError.invalidValue(_, let context): "a value has no JSON\(place(context.codingPath))"
        case is DecodingError, is EncodingError: "it has another shape"
        default: ReportedText.message(of: error)
        }
    }

    private static func place(_ path: [any CodingKey]) -> String {
        let path = path.map(\.stringValue).joined(separator: ".")
        return path.isEmpty ? "" : " at \(path)"
    }
}
