import FoundationEssentials
import OrchModel

/// An artifact on one screen.
struct ArtifactSummary {
    var artifact: Artifact

    /// The facts, then the content; nothing of it steers the terminal.
    var text: String { facts + "\n" + content }

    /// The bytes of a file that holds it; nil where it is neither a text nor an image of its own.
    var fileContent: [UInt8]? {
        switch artifact.data.flatMap({ ArtifactContent(type: artifact.type, data: $0) }) {
        case .markdown(let text, _): Array(text.utf8)
        case .image(_, let base64): Data(base64Encoded: base64).map(Array.init)
        default: nil
        }
    }

    private var facts: String {
        Table.facts([
            ("Artifact", TerminalText.oneLine(artifact.key)),
            ("Type", TerminalText.oneLine(artifact.type)),
            ("Shows", artifact.description.isEmpty ? nil : TerminalText.oneLine(artifact.description)),
            ("Run", "\(artifact.flowRunName) (\(artifact.flowRunID)), attempt \(artifact.attempt)"),
            ("Task run", artifact.taskRunID.map { "\($0)" }),
            ("Flow", artifact.flowName),
            ("Made", artifact.at.brief),
            ("Bytes", "\(artifact.bytes)"),
            ("Version", "\(artifact.id)"),
        ])
    }

    private var content: String {
        guard let data = artifact.data, let content = ArtifactContent(type: artifact.type, data: data) else {
            return TerminalText.lines(artifact.data?.jsonText ?? "no content")
        }
        switch content {
        case .markdown(let text, _): return TerminalText.lines(text)
        case .table(let columns, let rows, let rowsInAll):
            let cut = rowsInAll.map { "… the first \(rows.count) of \($0) rows\n" } ?? ""
            guard !columns.isEmpty else { return "a table without columns\n" }
            return Table(
                header: columns.map(TerminalText.oneLine),
                rows: rows.map { row in columns.indices.map { $0 < row.count ? Self.cell(row[$0]) : "" } },
                empty: columns.map(TerminalText.oneLine).joined(separator: "  ")
            ).text + cut
        case .link(let url, let text):
            return (text.isEmpty ? "" : TerminalText.oneLine(text) + ": ") + TerminalText.oneLine(url) + "\n"
        case .imageAddress(let url): return TerminalText.oneLine(url) + "\n"
        case .image(let mediaType, let base64):
            let bytes = Data(base64Encoded: base64)?.count ?? 0
            return "an image of \(bytes) bytes (\(TerminalText.oneLine(mediaType))); --save FILE writes it\n"
        }
    }

    private static func cell(_ value: JSONValue) -> String {
        TerminalText.oneLine(value.isNull ? "" : value.stringValue ?? value.jsonText)
    }
}

extension TerminalText {
    /// A text of others on one line, without control characters or colours.
    static func oneLine(_ text: String) -> String {
        harmless(text.replacing("\u{1B}", with: "\\x1b"))
    }

    /// A text of others with its own line breaks, without other control characters or colours.
    static func lines(_ text: String) -> String {
        text.replacing("\r\n", with: "\n").split(separator: "\n", omittingEmptySubsequences: false)
            .map { oneLine(String($0)) }.joined(separator: "\n") + "\n"
    }
}
