import FoundationEssentials
import OrchModel
import Testing

@testable import OrchServer

/// What the documentation and the dashboard say of metrics is true.
struct MetricsDocumentTests {
    private func document(_ name: String) throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: root.appending(path: "docs/\(name)"), encoding: .utf8)
    }

    /// All that looks like a metric's name; the samples of a histogram count as the histogram.
    private func metrics(in text: String) -> Set<String> {
        let histograms = Set(MetricCatalog.all.filter { $0.kind == .histogram }.map(\.name))
        return Set(
            text.matches(of: /\borch_[a-z_]+/).map { match in
                let name = String(match.output)
                let base = ["_bucket", "_sum", "_count"].lazy.filter { name.hasSuffix($0) }
                    .map { String(name.dropLast($0.count)) }.first
                return base.flatMap { histograms.contains($0) ? $0 : nil } ?? name
            })
    }

    @Test func theDocumentNamesEachMetricWithItsTypeAndLabels() throws {
        let text = try document("metrics.md")
        #expect(metrics(in: text) == Set(MetricCatalog.all.map(\.name)))
        let lines = text.split(separator: "\n")
        for metric in MetricCatalog.all {
            let row = try #require(lines.first { $0.hasPrefix("| `\(metric.name)` |") }, "\(metric.name)")
            let cells = row.split(separator: "|").map { $0.trimmingPrefix(" ") }
            #expect(cells[1].hasPrefix(metric.kind.rawValue), "\(metric.name)")
            let labels = metric.labels.map { "`\($0)`" }.joined(separator: ", ")
            #expect(cells[3].hasPrefix(labels.isEmpty ? "–" : labels + " "), "\(metric.name)")
        }
    }

    @Test func theDashboardAsksForMetricsThatExist() throws {
        let text = try document("grafana-orch.json")
        let dashboard = try JSONDecoder().decode(Dashboard.self, from: Data(text.utf8))
        let expressions = dashboard.panels.flatMap { $0.targets ?? [] }.map(\.expr)
        #expect(expressions.count >= 9)
        let known = Set(MetricCatalog.all.map(\.name))
        for expression in expressions {
            let used = metrics(in: expression)
            #expect(!used.isEmpty && used.isSubset(of: known), "\(expression)")
        }
        #expect(Set(dashboard.panels.map(\.id)).count == dashboard.panels.count)
        // Panels share no place of the grid, which is 24 wide.
        var taken: Set<[Int]> = []
        for panel in dashboard.panels {
            for x in panel.gridPos.x..<panel.gridPos.x + panel.gridPos.w {
                for y in panel.gridPos.y..<panel.gridPos.y + panel.gridPos.h {
                    #expect(x < 24 && taken.insert([x, y]).inserted, "\(panel.title)")
                }
            }
        }
    }

    private struct Dashboard: Decodable {
        struct Panel: Decodable {
            struct Place: Decodable {
                var x, y, w, h: Int
            }
            struct Target: Decodable {
                var expr: String
            }

            var id: Int
            var title: String
            var gridPos: Place
            var targets: [Target]?
        }

        var panels: [Panel]
    }
}
