import OrchModel
import Testing

@testable import DeploymentFiles

struct PrefectFileTests {
    @Test("A file of Prefect 2.7 is read as it is, with a warning for each key that says nothing here")
    func version2() throws {
        let file = try Samples.read(Samples.prefect2)
        let entry = try #require(file.deployments.first).entry
        #expect(entry.name == "Parameterized ETL")
        #expect(entry.flowName == "etl-parent-flow")
        #expect(entry.entrypoint == nil)
        #expect(entry.image == "taxi:latest")
        #expect(entry.parameters == ["color": "yellow", "months": [1, 2, 3], "year": 2021])
        #expect(entry.schedules == [ScheduleSpec(rule: .cron("0 7 2 * *"), timezone: "Europe/Berlin")])
        #expect(entry.isPaused == false)
        #expect(entry.infrastructureType == "docker")
        #expect(entry.overrides["auto_remove"] == "always")
        #expect(entry.overrides["image_pull_policy"] == "always")
        #expect(entry.overrides["network_mode"] == "bridge")
        #expect(entry.overrides["env.LOG_LEVEL"] == "debug")
        #expect(entry.overrides["networks"] == nil && entry.overrides["env"] == nil)
        let warned = Set(file.warnings.compactMap { $0.message.split(separator: " ").first.map(String.init) })
        for key in ["manifest_path", "storage", "path", "entrypoint:", "timestamp", "triggers"] {
            #expect(warned.contains(key), "\(key) of \(warned)")
        }
        #expect(file.warnings.allSatisfy { $0.isWarning && $0.place != nil })
    }

    @Test("A deployments list of Prefect 3 is read, too")
    func version3() throws {
        let file = try Samples.read(Samples.prefect3)
        let entry = try #require(file.deployments.first).entry
        #expect(entry.tags == ["etl", "taxi"])
        #expect(entry.workQueue == "nightly")
        #expect(entry.image == "taxi:latest")
        #expect(entry.overrides == ["memory": "2g", "env": ["MODE": "dry"]])
        #expect(entry.concurrencyLimit == 2 && entry.collisionStrategy == .cancelNew)
        #expect(entry.schedules?.map(\.slug) == ["night", "default-2"])
        #expect(entry.schedules?.first?.isActive == false)
        let text = file.warnings.map { $0.text(file: file.name) }.joined(separator: "\n")
        for key in ["prefect-version", "pull", "definitions", "work_pool.name", "sla", "grace_period_seconds"] {
            #expect(text.contains(key), "\(key) in \(text)")
        }
    }

    @Test("A block that is saved is named, and the copy of it in the file is not read")
    func savedBlock() throws {
        let text = """
            name: docker-flow
            flow_name: parent_flow_runner
            infrastructure:
              type: docker-container
              image: taxi:latest
              auto_remove: true
              memory_of_old: 3
              _block_document_name: zoom
              _is_anonymous: false
              block_type_slug: docker-container
            """
        let file = try Samples.read(text)
        #expect(file.deployments[0].entry.infrastructureBlock == "zoom")
        #expect(file.deployments[0].entry.image == "taxi:latest")
        #expect(file.deployments[0].entry.overrides.isEmpty)
        #expect(file.warnings.count == 1)
    }

    @Test("Names of flows are one name with - and with _")
    func flowNames() {
        #expect(DeploymentEntry.isFlow("etl_parent_flow", called: "etl-parent-flow"))
        #expect(DeploymentEntry.isFlow("Ingest Flow", called: "ingest-flow"))
        #expect(!DeploymentEntry.isFlow("etl-parent-flow", called: "etl-parent"))
    }
}
