import OrchModel
import Testing

@testable import DeploymentFiles

struct SourceTextTests {
    @Test(
        "A source is read as people type it",
        arguments: [
            ("https://example.org/flows.git", SourceSpec(url: "https://example.org/flows.git")),
            ("https://example.org/a.git@v1.2", SourceSpec(url: "https://example.org/a.git", ref: "v1.2")),
            (
                "https://example.org:8443/a.git@main:sql/x",
                SourceSpec(url: "https://example.org:8443/a.git", ref: "main", path: "sql/x")
            ),
            ("ssh://git@example.org/a.git@main", SourceSpec(url: "ssh://git@example.org/a.git", ref: "main")),
            ("file:///srv/a@main:x", SourceSpec(url: "file:///srv/a", ref: "main", path: "x")),
            ("example.org/a.git", nil), ("https://example.org/a@", nil), ("https://example.org/a@main:", nil),
        ] as [(String, SourceSpec?)])
    func reads(text: String, source: SourceSpec?) {
        #expect(SourceText.read(text) == source)
    }
}
