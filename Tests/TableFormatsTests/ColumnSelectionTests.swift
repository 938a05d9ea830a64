import Testing

@testable import TableFormats

struct ColumnSelectionTests {
    private static func batch(_ rows: Int, nullEvery: Int) -> ColumnBatch {
        let columns = ColumnType.allCases.map { type in
            let builder = ColumnBuilder(type: type)
            for row in 0..<rows {
                if nullEvery > 0, row % nullEvery == 0 {
                    builder.appendNull()
                    continue
                }
                switch type {
                case .int64, .timestamp: builder.append(Int64(row))
                case .int32, .date: builder.append(Int32(row))
                case .double: builder.append(Double(row))
                case .bool: builder.append(row % 2 == 0)
                case .text:
                    Array(String(repeating: "t", count: row % 5).utf8).withUnsafeBufferPointer {
                        builder.append(utf8: $0)
                    }
                }
            }
            return builder.finish()
        }
        let schema = TableSchema(ColumnType.allCases.map { ColumnDefinition($0.rawValue, $0) })
        return ColumnBatch(schema: schema, columns: columns, rowCount: rows)
    }

    @Test(arguments: [0, 1, 3], [[], [0], [9], [0, 1, 9], [4, 5], Array(0..<10), [1, 3, 5, 7]])
    func keepsTheRowsOfTheFlags(nullEvery: Int, dropped: [Int]) {
        let batch = Self.batch(10, nullEvery: nullEvery)
        let kept = batch.filtered(by: (0..<10).map { !dropped.contains($0) })
        let rows = (0..<10).filter { !dropped.contains($0) }
        #expect(kept.rowCount == rows.count)
        for (old, new) in zip(batch.columns, kept.columns) {
            #expect(new.count == rows.count)
            #expect((0..<new.count).map { new.text(at: $0) } == rows.map { old.text(at: $0) })
            #expect(new.nullCount == rows.count { old.text(at: $0) == nil })
            #expect(new.validity.isEmpty == (new.nullCount == 0))
        }
    }

    @Test func selectionsJoinNeighbours() {
        var rows = RowSelection()
        for run in [0..<2, 2..<2, 2..<3, 5..<6] { rows.append(run) }
        #expect(rows.runs == [0..<3, 5..<6])
        #expect(rows.count == 4)
        #expect(rows == RowSelection([true, true, true, false, false, true]))
    }

    @Test func fillsWhatIsNullFromAnotherColumn() {
        func texts(_ values: [String?]) -> Column {
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
        let first = texts(["a", nil, nil])
        #expect(first.filled(from: texts(["x", "y", nil])) == texts(["a", "y", nil]))
        #expect(first.filled(from: texts([nil, nil, nil])) == first)
        #expect(texts([nil, nil, nil]).filled(from: first) == first)
        #expect(texts(["a", "b", "c"]).filled(from: first) == texts(["a", "b", "c"]))
    }

    @Test(arguments: [
        (Int64(0), "1970-01-01 00:00:00"), (-1, "1969-12-31 23:59:59.999999"),
        (2_260_396_799_000_000, "2041-08-17 23:59:59"), (-86_400_000_000, "1969-12-31 00:00:00"),
        (Int64.min, "-290308-12-21 19:59:05.224192"),
    ])
    func writesTimesAsCSVFilesDo(microseconds: Int64, text: String) {
        #expect(CalendarDay.text(microseconds: microseconds) == text)
    }
}
