import Foundation
import Testing

/// A page of `docs/` that a test makes, or parts of it, between `<!-- NAME: begin -->` and `<!-- NAME: end -->`.
package struct DocumentPage {
    private let path: URL

    package init(_ name: String) {
        path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/\(name)").standardized
    }

    private var isToBeUpdated: Bool { ProcessInfo.processInfo.environment["ORCH_UPDATE_DOCUMENTS"] != nil }

    /// Compares the page with what it should be; writes it anew where `ORCH_UPDATE_DOCUMENTS` is set.
    package func expect(_ text: String) throws {
        if isToBeUpdated { try Data(text.utf8).write(to: path) }
        let written = try String(contentsOf: path, encoding: .utf8)
        #expect(written == text, "\(path.lastPathComponent) is not what the code says")
    }

    /// Compares a part with what it should be; writes it anew where `ORCH_UPDATE_DOCUMENTS` is set.
    package func expect(_ part: String, at mark: String) throws {
        var text = try String(contentsOf: path, encoding: .utf8)
        let begin = try #require(text.range(of: "<!-- \(mark): begin -->\n"))
        let end = try #require(text.range(of: "\n<!-- \(mark): end -->"))
        let range = begin.upperBound..<end.lowerBound
        if isToBeUpdated {
            text.replaceSubrange(range, with: part)
            try Data(text.utf8).write(to: path)
        } else {
            #expect(text[range] == part, "\(path.lastPathComponent) does not say what happens")
        }
    }
}
