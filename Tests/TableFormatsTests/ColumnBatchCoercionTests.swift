import Testing

@testable import TableFormats

struct ColumnBatchCoercionTests {
    private static let schema = TableSchema([
        ColumnDefinition("id", .int64), ColumnDefinition("fee", .double),
        ColumnDefinition("base", .text, aliases: ["base_number"]), ColumnDefinition("absent", .timestamp),
    ])

    private static func doubles(_ values: [Double]) -> Column {
        Column(type: .double, count: values.count, nullCount: 0, values: .double(values), validity: [])
    }

    private static func texts(_ values: [String?]) -> Column {
        let builder = ColumnBuilder(type: .text)
        for value in values {
            if let value {
                Array(value.utf8).withUnsafeBufferPointer { builder.append(utf8: $0) }
            } else {
                builder.appendNull()
            }
        }
        return builder.finish()
    }

    private func outcome() throws -> BatchCoercion.Outcome {
        let header = ["FEE", "ID", "base", "base_number", "other"]
        let mapping = try HeaderMapping(header: header, schema: Self.schema)
        let coercion = try BatchCoercion(
            schema: Self.schema, mapping: mapping, types: [nil, .double, .text, .text, .bool])
        #expect(coercion.sources == [1, 2, 3])
        let columns = [
            1: Self.doubles([1, 2.5, 3]), 2: Self.texts([nil, "b", nil]), 3: Self.texts(["x", "y", nil]),
        ]
        return coercion.apply(rowCount: 3) { columns[$0] ?? .nulls(.bool, count: 3) }
    }

    @Test func makesTheDeclaredColumns() throws {
        let outcome = try outcome()
        let batch = outcome.batch
        #expect((0..<3).map { batch["id"]?.text(at: $0) } == ["1", nil, "3"])
        #expect((0..<3).map { batch["base"]?.text(at: $0) } == ["x", "b", nil])
        #expect(batch["fee"] == .nulls(.double, count: 3))
        #expect(batch["absent"] == .nulls(.timestamp, count: 3))
        #expect(outcome.refusals == [BatchCoercion.Refusal(row: 1, column: "id", expected: .int64, value: "2.5")])
    }

    @Test func followsThePolicyForBadRecords() throws {
        let outcome = try outcome()
        #expect(try outcome.rows(under: .null, firstRow: 10) == outcome.batch)
        let accepted = try outcome.rows(under: .reject, firstRow: 10)
        #expect((0..<accepted.rowCount).map { accepted["id"]?.text(at: $0) } == ["1", "3"])
        #expect(throws: CoercionError.invalidValue(row: 12, column: "id", expected: .int64, got: "2.5")) {
            try outcome.rows(under: .fail, firstRow: 10)
        }
    }

    @Test func refusesAColumnOfAnotherMeaning() throws {
        let mapping = try HeaderMapping(header: ["absent"], schema: Self.schema)
        #expect(throws: CoercionError.noRule(column: "absent", from: .int64, to: .timestamp)) {
            try BatchCoercion(schema: Self.schema, mapping: mapping, types: [.int64])
        }
    }
}
