import Testing

@testable import Orch

struct FlowParametersTests {
    @Test func describesDeclarationsInTheirOrder() throws {
        let schema = try FlowParameters.schema(of: Everything.self)
        #expect(
            schema.properties.map(\.name) == [
                "month", "year", "color", "letter", "months", "rate", "isDry", "note", "word", "lake", "token", "since",
            ])
        #expect(schema["month"]?.value == ValueSchema(.integer, minimum: 1, maximum: 12))
        #expect(schema["month"]?.defaultValue == 7)
        #expect(schema["month"]?.description == "Month.")
        #expect(schema["year"]?.value == ValueSchema(.integer, minimum: 2009))
        #expect(schema["color"]?.value == ValueSchema(.string, choices: ["yellow", "green"]))
        #expect(schema["color"]?.defaultValue == "green")
        #expect(schema["letter"]?.value == ValueSchema(.string, choices: ["a", "b"]))
        let months = ValueSchema(.array, minItems: 1, items: ValueSchema(.integer, minimum: 1, maximum: 12))
        #expect(schema["months"]?.value == months)
        #expect(schema["rate"]?.value == ValueSchema(.number))
        #expect(schema["isDry"]?.value == ValueSchema(.boolean))
        #expect(schema["note"]?.value == ValueSchema(.string, isNullable: true))
        #expect(schema["word"]?.value.pattern == "^[a-z]+$")
        #expect(schema["lake"]?.block == "gcs-bucket")
        #expect(schema["token"]?.isSecret == true)
        #expect(schema["since"]?.value.format == .dateTime)
        #expect(schema.properties.filter(\.isRequired).map(\.name) == ["since"])
    }

    @Test func setsTypedValues() throws {
        let flow = try FlowParameters.make(
            Everything.self,
            values: [
                "month": 1, "color": "yellow", "months": [3], "rate": 2, "isDry": true, "note": "n", "token": .null,
                "since": "2020-07-01T00:00:00Z",
            ].filter { $0.key != "token" })
        #expect(flow.month == 1)
        #expect(flow.color == .yellow)
        #expect(flow.months == [3])
        #expect(flow.rate == 2)
        #expect(flow.isDry)
        #expect(flow.note == "n")
        #expect(flow.year == 2020)
        #expect(flow.since == Timestamp(microseconds: 1_593_561_600_000_000))
    }

    @Test func copiesOfAFlowShareNothing() throws {
        let original = Doing()
        var copy = original
        copy.failures = 3
        #expect(original.failures == 0)
        #expect(copy.failures == 3)
        #expect(try FlowParameters.values(of: copy) == ["what": "nothing", "failures": 3])
        #expect(Doing().failures == 0)
    }

    @Test func hidesASecretThatATypeRefuses() {
        let problem = #expect(throws: ParameterProblem.self) {
            try FlowParameters.make(Everything.self, values: ["token": 7])
        }
        #expect(problem?.got == Secret.placeholder)
    }

    @Test func leavesUnsetWhatHasNoValue() throws {
        #expect(try FlowParameters.values(of: Everything())["since"] == nil)
    }
}
