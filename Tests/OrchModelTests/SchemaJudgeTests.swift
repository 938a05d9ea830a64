import TestSupport
import Testing

@testable import OrchModel

/// Our schemas are JSON Schema 2020-12, and accept what another validator says that they do.
@Suite(.enabled(if: SchemaJudge.isAvailable, "needs Python with jsonschema: ORCH_TEST_PYTHON"))
struct SchemaJudgeTests {
    @Test func anotherValidatorAgrees() throws {
        var maker = RandomSchema(random: SeededGenerator(seed: 2020))
        let cases = (0..<400).map { _ in
            let schema = maker.parameters()
            return (schema: schema, values: (0..<40).map { _ in maker.values(for: schema) })
        }
        let text = JSONValue.array(cases.map { ["schema": $0.schema.schema, "values": .array($0.values)] }).jsonText
        let verdicts = try SchemaJudge.judge(text)
        try #require(verdicts.count == cases.count)
        var (accepted, refused) = (0, 0)
        for (test, verdict) in zip(cases, verdicts) {
            try #require(verdict.utf8.count == test.values.count, "\(verdict): \(test.schema.schema)")
            for (value, digit) in zip(test.values, verdict) {
                let problems = value.objectValue.map { test.schema.validate($0) }
                let isAccepted = problems?.isEmpty ?? false
                #expect(isAccepted == (digit == "1"), "\(value) by \(test.schema.schema): \(problems ?? [])")
                if isAccepted { accepted += 1 } else { refused += 1 }
            }
        }
        // Neither side of the table is empty, so that agreeing means something.
        #expect(accepted > 2000 && refused > 2000, "\(accepted) accepted, \(refused) refused")
    }

    @Test func whatItWritesIsReadBack() throws {
        var maker = RandomSchema(random: SeededGenerator(seed: 2021))
        for _ in 0..<500 {
            let schema = maker.parameters()
            let written = try JSONValue(encoding: schema)
            let read = try written.decode(ParameterSchema.self)
            #expect(read.schema.isEqual(to: schema.schema))
            for _ in 0..<10 {
                guard let values = maker.values(for: schema).objectValue else { continue }
                #expect(read.validate(values).isEmpty == schema.validate(values).isEmpty)
            }
        }
    }

    /// Completing a value changes nothing of whether it is accepted, and nothing when it is done again.
    @Test func acceptedValuesStayAccepted() throws {
        var maker = RandomSchema(random: SeededGenerator(seed: 2022))
        for _ in 0..<500 {
            let schema = maker.parameters()
            for _ in 0..<10 {
                guard let values = maker.values(for: schema).objectValue, let complete = try? schema.resolve(values)
                else { continue }
                #expect(schema.validate(complete).isEmpty)
                #expect(try schema.resolve(complete) == complete)
            }
        }
    }
}
