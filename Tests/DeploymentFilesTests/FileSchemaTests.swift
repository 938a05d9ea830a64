import OrchModel
import TestSupport
import Testing

@testable import DeploymentFiles

/// Another validator accepts and refuses by our JSON Schema what the reader accepts and refuses.
@Suite(.enabled(if: SchemaJudge.isAvailable, "needs Python with jsonschema: ORCH_TEST_PYTHON"))
struct FileSchemaTests {
    private static let refused = [
        "name: x\npriorty: 3", "flow_name: x", "name: x\nretries: many", "name: x\npaused: no", "name: x\ntags: lake",
        "name: x\nparameters: [1]", "name: x\nschedules: [{overlap: bufer-one}]",
        "name: x\ninfrastructure: {memry: 2g}",
        "name: x\nconcurrency_limit: 0", "name: x\nconcurrency_limit: {strategy: x}", "deployments: {name: x}",
        "deployments: [{name: x}]\nflow_name: y", "name: x\ntimeout_seconds: 1:30", "name: [x]",
        "deployments: [{nam: x}]",
        "name: x\npriority: 1001", "name: x\nschedule: {interval: -1}",
    ]
    private static let accepted = [
        "name: x", "name: 7\nversion: 1.10\ntags: [yes, 2020]\npaused:\n",
        "name: x\nretries: ${RETRIES:-3}\npaused: ${P:-true}",
        "name: x\ninfrastructure: docker/big\njob_variables: {memory: 2g}", "name: x\ncommand: ls\nsla: {deadline: 2h}",
        "name: x\ninfrastructure: {image_pull_policy: Always, auto_remove: true, env: {A: 1, B: null}}",
        "name: x\nconcurrency_limit: {limit: 2, collision_strategy: CANCEL_NEW}",
    ]

    @Test("It agrees with the reader")
    func agrees() throws {
        var random = RandomEntry(random: SeededGenerator(seed: 11))
        let written = (0..<40).map { _ in DeploymentWriter(random.entry()).text }
        let good = [Samples.prefect2, Samples.own] + Self.accepted + written
        let texts = good + Self.refused
        let values = try texts.map { text in try #require(try Samples.json(text).first) }
        let cases: JSONValue = [["schema": FileSchema.schema, "values": .array(values)]]
        let verdict = try #require(try SchemaJudge.judge(cases.jsonText).first)
        try #require(verdict.utf8.count == texts.count, "\(verdict)")
        for (text, digit) in zip(texts, verdict) {
            let problems = Samples.problems(text)
            #expect(problems.isEmpty == (digit == "1"), "\(text)\n\(problems)")
        }
        for text in good { #expect(Samples.problems(text).isEmpty, "\(text)") }
        for text in Self.refused { #expect(!Samples.problems(text).isEmpty, "\(text)") }
    }

    @Test("Every key is told with what it says")
    func describes() {
        let properties = FileSchema.schema["$defs"]?["deployment"]?["properties"]?.objectValue ?? [:]
        #expect(properties.count > 60)
        #expect(properties.values.allSatisfy { $0["description"]?.stringValue?.isEmpty == false })
    }
}
