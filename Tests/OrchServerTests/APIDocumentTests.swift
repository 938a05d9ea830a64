import FoundationEssentials
import Testing

@testable import OrchServer

/// What `docs/api.md` says of routes is what the server has.
struct APIDocumentTests {
    private static let page = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "docs/api.md")

    @Test(
        "The document's tables have each route of the server, and no other",
        .enabled(
            if: FileManager.default.fileExists(atPath: APIDocumentTests.page.path),
            "docs/api.md is not beside the tests"))
    func routes() async throws {
        let documented = Self.routes(in: try String(contentsOf: Self.page, encoding: .utf8))
        try await ServerFixture.with { server in
            let served = Set(server.controller.endpoints.map { Self.route("\($0.method)", $0.path) })
            #expect(served.subtracting(documented).sorted() == [], "the document does not have these")
            #expect(documented.subtracting(served).sorted() == [], "the server does not have these")
        }
    }

    /// Routes of the first cells of the tables: `GET /api/x/{id}`; `…/y` after one is the same with another end.
    private static func routes(in text: String) -> Set<String> {
        var found: Set<String> = []
        for line in text.split(separator: "\n") where line.hasPrefix("| `") {
            let cell = line.dropFirst(2).prefix { $0 != "|" }
            var last = (method: "", path: "")
            for part in cell.split(separator: "`") {
                let words = part.split(separator: " ").map(String.init)
                if words.count == 2, words[1].hasPrefix("/") {
                    last = (words[0], words[1])
                } else if part.hasPrefix("…/"), let slash = last.path.lastIndex(of: "/") {
                    last.path = String(last.path[..<slash] + part.dropFirst())
                } else {
                    continue
                }
                found.insert(route(last.method, last.path))
            }
        }
        return found
    }

    /// The same word for a route of the server and of the document.
    private static func route(_ method: String, _ path: String) -> String {
        let parts = path.prefix { $0 != "?" }.split(separator: "/").map { part in
            part.hasPrefix(":") || part.hasPrefix("{") ? "*" : String(part)
        }
        return method + " /" + parts.joined(separator: "/")
    }
}
