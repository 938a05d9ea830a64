import Foundation
import Testing

/// The Swift code of the articles in `Sources/Orch/Orch.docc` is code of this target, so that it compiles.
struct ArticlesTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent()

    @Test(arguments: ["Orch", "FromPrefect", "FromAirflow", "FromMage"])
    func showCodeThatCompiles(article: String) throws {
        let page = Self.root.appending(path: "../../Sources/Orch/Orch.docc/\(article).md").standardized
        let code = Self.root.appending(path: "\(article)Flows.swift")
        let compiled = Self.lines(of: try String(contentsOf: code, encoding: .utf8))
        let blocks = Self.blocks(of: try String(contentsOf: page, encoding: .utf8))
        #expect(!blocks.isEmpty, "\(article).md shows no Swift")
        for block in blocks {
            let lines = Self.lines(of: block)
            let isThere = compiled.indices.contains { start in compiled[start...].starts(with: lines) }
            #expect(isThere, "\(article).md shows code that is not in \(code.lastPathComponent):\n\(block)")
        }
    }

    /// A check that finds nothing wrong anywhere would be worth nothing.
    @Test func findsBlocksByTheirFences() {
        let page = "text\n```swift\nlet a = 1\n```\n```python\nb = 2\n```\n```swift\nlet c = 3\n\n    let d = 4\n```\n"
        #expect(Self.blocks(of: page) == ["let a = 1", "let c = 3\n\n    let d = 4"])
        #expect(Self.lines(of: "\n  let c = 3\n\n    let d = 4\n") == ["let c = 3", "let d = 4"])
    }

    private static func blocks(of page: String) -> [String] {
        page.components(separatedBy: "```swift\n").dropFirst().compactMap { rest in
            rest.components(separatedBy: "\n```").first
        }
    }

    /// Lines without their indentation, empty ones left out.
    private static func lines(of code: String) -> [String] {
        code.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }
}
