import OrchModel
import TestSupport
import Testing

@testable import DeploymentFiles

struct DeploymentWriterTests {
    @Test("What is written is read back as the same deployment")
    func roundTrip() throws {
        var random = RandomEntry(random: SeededGenerator(seed: 2907))
        for _ in 0..<400 {
            let entry = random.entry()
            let text = DeploymentWriter(entry).text
            do throws(FileProblems) {
                let file = try Samples.read(text)
                #expect(file.deployments.map(\.entry) == [entry], "\(text)")
                #expect(file.warnings.isEmpty, "\(file.warnings)")
            } catch {
                Issue.record("\(error)\n\(text)")
            }
        }
    }

    @Test("A new deployment is written for people to edit")
    func forPeople() {
        var entry = DeploymentEntry(name: "Parametrized ETL")
        entry.flowName = "etl-parent-flow"
        entry.image = "taxi:latest"
        entry.workQueue = "default"
        entry.parameters = [:]
        entry.tags = []
        let schema = ParameterSchema([
            .init(
                "months", ValueSchema(.array, items: ValueSchema(.integer, minimum: 1, maximum: 12)),
                defaultValue: [1, 2]),
            .init("token", ValueSchema(.string), defaultValue: "hunter2", isSecret: true),
        ])
        #expect(
            DeploymentWriter(entry, schema: schema).text == """
                # A deployment of the flow etl-parent-flow. Save it: orch deployment apply FILE
                # What would change: orch deployment diff FILE. All keys: orch deployment schema, docs/deployments.md.
                name: Parametrized ETL
                tags: []

                # Values of every run. The flow takes:
                #   months: a list, each a whole number from 1 to 12; defaults to [1, 2]
                #   token: a text
                parameters: {}

                work_queue_name: default
                # schedules: [{cron: "0 7 2 * *", timezone: Europe/Berlin}]   (07:00 on the 2nd of each month)

                # infra_overrides: {memory: 2g, env.LOG_LEVEL: debug}

                # What is deployed.
                flow_name: etl-parent-flow
                image: "taxi:latest"

                """)
    }
}
