import TableFormats
import Testing

@testable import OrchETL

struct DriftSampleTests {
    private static let schema = TableSchema([
        ColumnDefinition("pickup_datetime", .timestamp), ColumnDefinition("note", .text),
        ColumnDefinition("id", .int64),
    ])

    private func batch(_ rows: [String]) throws -> ColumnBatch {
        var reader = CSVReader(schema: Self.schema)
        reader.push(Array(("pickup_datetime,note,id\n" + rows.map { "\($0),,1\n" }.joined()).utf8))
        reader.finish()
        return try #require(try reader.nextBatch())
    }

    private func sample(_ rows: [String]) throws -> DriftSample {
        DriftSample(try batch(rows), month: try FileMonth(year: 2020, month: 2), pickup: "pickup_datetime")
    }

    @Test(arguments: [
        ("2020-02-01 00:00:00", false, false), ("2020-02-29 23:59:59", false, false),
        ("2020-01-31 23:59:59", true, false), ("2020-01-31 00:00:00", true, false),
        ("2020-01-30 23:59:59", true, true), ("2020-03-01 23:59:59", true, false), ("2020-03-02 00:00:00", true, true),
        ("2041-08-17 16:24:38", true, true), ("0001-01-01 00:00:00", true, true), ("9999-12-31 23:59:59", true, true),
    ])
    func tellsTheMonthFromTheDayAroundIt(time: String, isOutside: Bool, isOutOfRange: Bool) throws {
        let times = try #require(try sample([time]).times["pickup_datetime"])
        #expect(times.outsideMonth == (isOutside ? 1 : 0))
        #expect(times.outOfRange == (isOutOfRange ? 1 : 0))
        #expect(times.range.map { CalendarDay.text(microseconds: $0.lowerBound) } == time)
    }

    @Test func nullsAreNoTimes() throws {
        // A NULL row holds a zero, which would be 1970.
        let times = try #require(try sample(["2020-02-03 00:00:00", "", ""]).times["pickup_datetime"])
        #expect(times.count == 1)
        #expect(times.outsideMonth == 0)
        #expect(times.range?.lowerBound == times.range?.upperBound)
        #expect(try sample(["", ""]).times["pickup_datetime"]?.range == nil)
    }

    @Test func countsTheOtherMonths() throws {
        let rows = ["2020-03-05 00:00:00", "2020-03-06 00:00:00", "2020-02-01 00:00:00", "2008-12-31 23:00:00"]
        let months = try sample(rows + ["2020-03-07 00:00:00"]).otherMonths
        #expect(
            months == [
                CalendarDay.days(year: 2020, month: 3, day: 1): 3, CalendarDay.days(year: 2008, month: 12, day: 1): 1,
            ])
    }

    @Test(arguments: [1, 2, 3, 7])
    func samplesOfPartsAddUpToThatOfTheWhole(size: Int) throws {
        let rows = [
            "2020-02-01 00:00:00", "", "2041-08-17 16:24:38", "2020-02-11 00:00:00", "2008-12-31 23:00:00", "",
            "2020-03-01 00:00:00",
        ]
        var sum = DriftSample()
        for start in stride(from: 0, to: rows.count, by: size) {
            sum.add(try sample(Array(rows[start..<min(start + size, rows.count)])))
        }
        #expect(sum == (try sample(rows)))
        #expect(sum.filled == ["pickup_datetime": 5, "note": 0, "id": 7])
    }
}
