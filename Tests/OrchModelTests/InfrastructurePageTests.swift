import OrchModel
import TestSupport
import Testing

/// The page about infrastructure says of every field what the blocks say themselves.
struct InfrastructurePageTests {
    @Test("the page's tables are those of the blocks", arguments: ["docker-container", "process", "git-credentials"])
    func fields(slug: String) throws {
        let type = try #require(BlockType.named(slug))
        let rows = type.fields.map { "| `\($0.name)` | \(Self.words(of: $0.kind)) | \($0.help) |" }
        let table = (["| field | holds | meaning |", "|---|---|---|"] + rows).joined(separator: "\n")
        try DocumentPage("infrastructure.md").expect(table, at: slug)
    }

    private static func words(of kind: BlockType.Kind) -> String {
        switch kind {
        case .string: "text"
        case .integer: "whole number"
        case .number: "number"
        case .boolean: "true or false"
        case .secret, .secretObject: "secret"
        case .strings: "list of texts"
        case .stringMap: "object of texts"
        case .choice(let words): words.map { "`\($0)`" }.joined(separator: " / ")
        case .block: "block"
        }
    }
}
