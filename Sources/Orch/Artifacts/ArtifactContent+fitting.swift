extension ArtifactContent {
    /// What JSON adds around a content, at most.
    private static let frame = 100

    /// A text that is cut where it is too long, with a mark.
    static func fitting(markdown text: String) -> ArtifactContent {
        let most = ArtifactLimits.contentBytes - frame
        let size = JSONValue.string(text).jsonText.utf8.count
        guard size > most else { return .markdown(text: text, bytes: nil) }
        // Escapes make the JSON longer than the text, by six times at most.
        let (whole, mark) = (text.utf8.count, "\n\n… (cut, the text has \(text.utf8.count) bytes)")
        var kept = min(whole, most - mark.utf8.count)
        while true {
            let start = String(ReportedText.start(of: text, kept))
            let size = JSONValue.string(start + mark).jsonText.utf8.count
            if size <= most { return .markdown(text: start + mark, bytes: whole) }
            kept = max(0, kept - max(1, (size - most) / 6 + 1))
        }
    }

    /// A table of as many rows as there is room for.
    static func fitting(columns: [String], _ objects: [[String: JSONValue]]) -> ArtifactContent {
        let columns = Array(columns.prefix(1000)).map(ReportedText.name)
        var room =
            ArtifactLimits.contentBytes - frame - JSONValue.array(columns.map(JSONValue.string)).jsonText.utf8.count
        var rows: [[JSONValue]] = []
        for object in objects {
            let row = columns.map { object[$0] ?? .null }
            room -= JSONValue.array(row).jsonText.utf8.count + 1
            guard room >= 0 else { break }
            rows.append(row)
        }
        return .table(columns: columns, rows: rows, rowsInAll: rows.count < objects.count ? objects.count : nil)
    }
}
