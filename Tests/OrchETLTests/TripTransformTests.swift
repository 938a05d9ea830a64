import TableFormats
import Testing

@testable import OrchETL

struct TripTransformTests {
    @Test func dropsZeroAndKeepsBlank() throws {
        let schema = TableSchema([ColumnDefinition("passenger_count", .int64), ColumnDefinition("id", .text)])
        var reader = CSVReader(schema: schema)
        reader.push(Array("passenger_count,id\n1,a\n0,b\n,c\n0.0,d\n2,e\n".utf8))
        reader.finish()
        let batch = try #require(try reader.nextBatch())
        var transform = TripTransform()
        let kept = transform.apply(batch)
        try #require(kept.rowCount == 3)
        guard case .text(let texts)? = kept["id"]?.values else { Issue.record("no texts"); return }
        #expect((0..<3).map(texts.string) == ["a", "c", "e"])
        #expect(kept["passenger_count"]?.validity == [true, false, true])
        _ = transform.apply(batch)
        #expect(transform.counts.read == 10)
        #expect(transform.counts.dropped == 4)
        #expect(transform.counts.blank == 2)
        #expect(transform.counts.kept == 6)
    }

    @Test func keepsAllRowsOfATableWithoutPassengers() throws {
        var reader = CSVReader(schema: TableSchema([ColumnDefinition("id", .text)]))
        reader.push(Array("id\na\nb\n".utf8))
        reader.finish()
        let batch = try #require(try reader.nextBatch())
        var transform = TripTransform()
        #expect(transform.apply(batch) == batch)
        #expect(transform.counts.kept == 2)
    }

    @Test func leavesABatchThatLosesNothingAsItIs() throws {
        var reader = CSVReader(schema: TableSchema([ColumnDefinition("passenger_count", .int64)]))
        reader.push(Array("passenger_count\n1\n\n3\n".utf8))
        reader.finish()
        let batch = try #require(try reader.nextBatch())
        var transform = TripTransform()
        #expect(transform.apply(batch) == batch)
        #expect(transform.counts.dropped == 0)
    }

    @Test func dropsAllRowsWhereNoneHasPassengers() throws {
        var reader = CSVReader(schema: TableSchema([ColumnDefinition("passenger_count", .int64)]))
        reader.push(Array("passenger_count\n0\n0\n".utf8))
        reader.finish()
        let batch = try #require(try reader.nextBatch())
        var transform = TripTransform()
        #expect(transform.apply(batch).rowCount == 0)
        #expect(transform.counts.kept == 0)
    }
}
