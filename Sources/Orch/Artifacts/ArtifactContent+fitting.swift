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
        var names = Array(columns.prefix(1000))
        var header = names.map(ReportedText.name)
        func rest() -> Int {
            ArtifactLimits.contentBytes - frame - JSONValue.array(header.map(JSONValue.string)).jsonText.utf8.count
        }
        while rest() < 0 {
            names.removeLast((names.count + 9) / 10)
            header = Array(header.prefix(names.count))
        }
        var room = rest()
        var rows: [[JSONValue]] = []
        for object in objects {
            let row = names.map { object[$0] ?? .null }
            room -= JSONValue.array(row).jsonText.utf8.count + 1
            guard room >= 0 else { break }
            rows.append(row)
        }
        return .table(columns: header, rows: rows, rowsInAll: rows.count < objects.count ? objects.count : nil)
    }
}
