import OrchModel
import Testing

struct RunNameTemplateTests {
    private let schema = ParameterSchema([
        .init("month", .init(.integer), defaultValue: 1), .init("months", .init(.array, items: .init(.integer))),
        .init("flow", .init(.string), defaultValue: "mine"),
        .init("password", .init(.string), defaultValue: "", isSecret: true),
    ])
    private let facts = RunFacts(
        runID: .new(), runName: "monthly-1", flow: "etl", deployment: "monthly",
        scheduledFor: Timestamp(microseconds: 1_596_240_000_000_000))

    @Test(
        "parameters stand under their names, and a run's variable wins over a parameter of its name",
        arguments: [
            ("etl-{{ month | pad: 2 }}", "etl-07", true), ("{{ parameters.month }}", "7", true),
            ("{{ flow }} {{ parameters.flow }}", "etl mine", true), ("{{ deployment }}", "monthly", false),
            ("{{ ds | default: \"-\" }}", "-", false),
        ])
    func filledIn(text: String, expected: String, namesParameters: Bool) throws {
        let template = try RunNameTemplate(text)
        try template.check(schema)
        #expect(template.namesParameters == namesParameters)
        #expect(try template.render(facts, parameters: ["month": 7, "flow": "mine"], atMost: 100) == expected)
    }

    @Test(
        "names that cannot be filled in are told with what to write",
        arguments: [
            ("{{ mnth }}", "there is no \"mnth\": did you mean \"month\"?"),
            ("{{ months }}", "which has no place in a name"), ("{{ run_id }}", "write {{ flow_run_id }}"),
        ])
    func refused(text: String, says: String) throws {
        let template = try RunNameTemplate(text)
        let error = #expect(throws: TemplateError.self) { try template.check(schema) }
        #expect("\(try #require(error))".contains(says))
    }

    @Test func aRunWithoutADataIntervalIsToldSo() throws {
        let template = try RunNameTemplate("{{ ds }}")
        #expect(throws: TemplateError.noInterval(name: "ds", position: 1)) {
            try template.render(facts, parameters: [:], atMost: 100)
        }
    }
}
