import Foundation
import OrchModel
import Testing

@testable import DeploymentFiles

/// The examples of files in `docs/` are files.
struct DocumentExamplesTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs")
        .standardized

    /// The YAML of a page; a part of a deployment is made one.
    private static func examples(_ page: String) throws -> [String] {
        let text = try String(contentsOf: folder.appending(path: page), encoding: .utf8)
        return text.components(separatedBy: "```yaml\n").dropFirst().map { rest in
            let example = rest.components(separatedBy: "```")[0]
            let isWhole = example.hasPrefix("name:") || example.contains("deployments:")
            return isWhole ? example : "name: docker-flow\nflow_name: f\nimage: i\n" + example
        }
    }

    private static var pages: [String] {
        get throws {
            try FileManager.default.contentsOfDirectory(atPath: folder.path()).filter { $0.hasSuffix(".md") }.sorted()
        }
    }

    @Test("Each example of a file is read without a warning")
    func examplesAreRead() throws {
        var count = 0
        for page in try Self.pages {
            for example in try Self.examples(page) {
                count += 1
                do {
                    let file = try DeploymentFile(Array(example.utf8), name: page, environment: [:])
                    #expect(file.warnings.isEmpty, "\(page): \(file.warnings)")
                } catch {
                    Issue.record("\(page): \(error)")
                }
            }
        }
        #expect(count >= 2)
    }

    @Test("The page of schedules shows the keys of a file by their names there")
    func scheduleKeys() throws {
        let text = try Self.examples("schedules.md").joined()
        for key in EntryReader.memberNames.keys where key != "day_or" {
            #expect(text.contains("\(key): "), "\(key)")
        }
        let schedules = try DeploymentFile(Array(text.utf8), name: "", environment: [:]).deployments[0].entry.schedules
        #expect(schedules?.map(\.maxQueued) == [nil, 24] && schedules?.last?.pauseAfterFailures == 3)
    }
}
