import Testing

@testable import TableFormats

struct ColumnCoercionTests {
    @Test func aTextWithNULIsNone() throws {
        let coercion = try ColumnCoercion(from: .text, to: ColumnDefinition("x", .text))
        let outcome = coercion.apply(Self.column(.text, ["a", "b\u{0}c", nil, "", "d"]))
        #expect(Self.texts(outcome.column) == ["a", nil, nil, "", "d"])
        #expect(outcome.refusedRows == [1])
    }

    /// pandas says so that a whole number is missing; and there is no infinite fare.
    @Test(arguments: [ColumnType.int64, .int32, .double, .text])
    func nanIsNoValueAndInfinityABadOne(type: ColumnType) throws {
        let coercion = try ColumnCoercion(from: .double, to: ColumnDefinition("x", type))
        let values: [Double] = [1, .nan, .infinity, 2, -.infinity, .signalingNaN]
        let outcome = coercion.apply(
            Column(type: .double, count: 6, nullCount: 0, values: .double(values), validity: []))
        #expect((0..<6).map { outcome.column.text(at: $0) } == ["1", nil, nil, "2", nil, nil])
        #expect(outcome.column.nullCount == 4)
        #expect(outcome.refusedRows == [2, 4])
        #expect(outcome.nanCount == 2)
    }

    private static let year1 = CalendarDay.supportedMicroseconds.lowerBound
    private static let year9999 = CalendarDay.supportedMicroseconds.upperBound

    /// A column of optional texts, written as the values of its type.
    private static func column(_ type: ColumnType, _ values: [String?]) -> Column {
        let builder = ColumnBuilder(type: type)
        for value in values {
            guard let value else {
                builder.appendNull()
                continue
            }
            switch type {
            case .int64, .timestamp: builder.append(Int64(value) ?? 0)
            case .int32, .date: builder.append(Int32(value) ?? 0)
            case .double: builder.append(Double(value) ?? .nan)
            case .bool: builder.append(value == "true")
            case .text: Array(value.utf8).withUnsafeBufferPointer { builder.append(utf8: $0) }
            }
        }
        return builder.finish()
    }

    private static func texts(_ column: Column) -> [String?] {
        (0..<column.count).map { column.text(at: $0) }
    }

    /// Every pair of types that a value can be taken from: the values in the file, what they become, and which rows are
    /// refused. Times are in microseconds and dates in days on the left, as a person reads them on the right.
    static let rules:
        [(from: ColumnType, to: ColumnType, rule: CoercionRule, values: [String?], taken: [String?], refused: [Int])] =
            [
                (.int64, .int64, .same, ["1", nil, "-9223372036854775808"], ["1", nil, "-9223372036854775808"], []),
                (.int32, .int32, .same, ["1", nil], ["1", nil], []),
                (.double, .double, .same, ["1.5", nil, "nan", "inf"], ["1.5", nil, nil, nil], [3]),
                (.text, .text, .same, ["a", nil, ""], ["a", nil, ""], []),
                (.bool, .bool, .same, ["true", nil, "false"], ["true", nil, "false"], []),
                (
                    .timestamp, .timestamp, .same,
                    ["0", nil, "\(year1)", "\(year9999)", "\(year1 - 1)", "\(year9999 + 1)", "9223372036854775807"],
                    [
                        "1970-01-01 00:00:00", nil, "0001-01-01 00:00:00", "9999-12-31 23:59:59.999999", nil, nil, nil,
                    ], [4, 5, 6]
                ),
                (
                    .date, .date, .same, ["0", nil, "-719162", "2932896", "-719163", "2932897", "2147483647"],
                    ["1970-01-01", nil, "0001-01-01", "9999-12-31", nil, nil, nil], [4, 5, 6]
                ),
                (.int32, .int64, .widened, ["-2147483648", nil, "7"], ["-2147483648", nil, "7"], []),
                (.int32, .double, .widened, ["-2147483648", nil, "7"], ["-2147483648", nil, "7"], []),
                (.bool, .int64, .widened, ["true", nil, "false"], ["1", nil, "0"], []),
                (.bool, .int32, .widened, ["true", nil, "false"], ["1", nil, "0"], []),
                (
                    .date, .timestamp, .widened, ["18444", nil, "-719163"], ["2020-07-01 00:00:00", nil, nil], [2]
                ),
                (.int64, .int32, .exact, ["2147483647", "2147483648", nil], ["2147483647", nil, nil], [1]),
                (
                    .int64, .double, .exact, ["9007199254740992", "9007199254740993", nil],
                    ["9007199254740992", nil, nil],
                    [1]
                ),
                (
                    .double, .int64, .exact, ["1.0", nil, "1.5", "nan", "inf", "9.3e18", "-0.0"],
                    ["1", nil, nil, nil, nil, nil, "0"], [2, 4, 5]
                ),
                (.double, .int32, .exact, ["-3.0", nil, "0.1", "2147483648"], ["-3", nil, nil, nil], [2, 3]),
                (.int64, .bool, .exact, ["1", "0", "2", nil], ["true", "false", nil, nil], [2]),
                (.int32, .bool, .exact, ["1", "0", "-1", nil], ["true", "false", nil, nil], [2]),
                (
                    .timestamp, .date, .exact, ["86400000000", "86400000001", nil, "-86400000000"],
                    ["1970-01-02", nil, nil, "1969-12-31"], [1]
                ),
                (
                    .text, .int64, .parsed, ["1", " 2.0 ", "", "  ", "x", nil, "1.5"],
                    ["1", "2", nil, nil, nil, nil, nil], [4, 6]
                ),
                (.text, .int32, .parsed, ["1", "2147483648", nil], ["1", nil, nil], [1]),
                (.text, .double, .parsed, [".20", "-3.5", "nan", nil], ["0.2", "-3.5", nil, nil], [2]),
                (
                    .text, .timestamp, .parsed, ["1/1/2021 0:30", "2020-07-01T00:05:18", "yesterday", nil],
                    ["2021-01-01 00:30:00", "2020-07-01 00:05:18", nil, nil], [2]
                ),
                (.text, .date, .parsed, ["2020-07-01", "2020-02-30", nil], ["2020-07-01", nil, nil], [1]),
                (.text, .bool, .parsed, ["t", "FALSE", "2", nil], ["true", "false", nil, nil], [2]),
                (.int64, .text, .written, ["-7", nil], ["-7", nil], []),
                (.int32, .text, .written, ["7", nil], ["7", nil], []),
                (.double, .text, .written, ["7.0", "2.5", nil], ["7", "2.5", nil], []),
                (.bool, .text, .written, ["true", nil], ["true", nil], []),
                (
                    .timestamp, .text, .written, ["1593561918000000", "-1", nil],
                    ["2020-07-01 00:05:18", "1969-12-31 23:59:59.999999", nil], []
                ),
                (.date, .text, .written, ["18444", nil], ["2020-07-01", nil], []),
            ]

    @Test(arguments: rules)
    func turnsValuesByTheTable(
        from: ColumnType, to: ColumnType, rule: CoercionRule, values: [String?], taken: [String?], refused: [Int]
    ) throws {
        let coercion = try ColumnCoercion(from: from, to: ColumnDefinition("c", to))
        #expect(coercion.rule == rule)
        let outcome = coercion.apply(Self.column(from, values))
        #expect(outcome.column.type == to)
        #expect(Self.texts(outcome.column) == taken)
        #expect(outcome.refusedRows == refused)
        #expect(outcome.column.nullCount == taken.count { $0 == nil })
        #expect(outcome.column.validity.isEmpty || outcome.column.validity == taken.map { $0 != nil })
    }

    @Test func everyPairOfTypesHasItsRow() {
        for from in ColumnType.allCases {
            for to in ColumnType.allCases {
                let row = Self.rules.first { $0.from == from && $0.to == to }
                #expect((row?.rule ?? .refused) == CoercionRule.of(from, to: to), "\(from.rawValue) to \(to.rawValue)")
            }
        }
    }

    @Test(arguments: [
        (ColumnType.int64, ColumnType.timestamp), (.int32, .date), (.double, .timestamp), (.timestamp, .int64),
        (.double, .bool), (.bool, .double), (.date, .int32), (.bool, .timestamp),
    ])
    func refusesWhatWouldBeAGuess(from: ColumnType, to: ColumnType) {
        #expect(throws: CoercionError.noRule(column: "c", from: from, to: to)) {
            try ColumnCoercion(from: from, to: ColumnDefinition("c", to))
        }
    }

    @Test(arguments: ColumnType.allCases)
    func takesNothingButNullsAsAnyType(type: ColumnType) throws {
        for from in ColumnType.allCases {
            let coercion = try ColumnCoercion(from: from, isAlwaysNull: true, to: ColumnDefinition("c", type))
            let outcome = coercion.apply(Self.column(from, [nil, nil]))
            #expect(outcome == ColumnCoercion.Outcome(column: .nulls(type, count: 2), refusedRows: []))
        }
    }

    @Test func nullsAreNeverRefused() throws {
        let coercion = try ColumnCoercion(from: .text, to: ColumnDefinition("c", .int64))
        #expect(coercion.apply(Self.column(.text, [nil, "1"])).refusedRows == [])
    }

    private static let vendor = ColumnDefinition("v", .int64, synonyms: ["cmt": "1", "dds": "", "odd": "x"])
    private static let flag = ColumnDefinition("f", .text, synonyms: ["0": "N", "true": "Y", "*": ""])

    @Test func synonymsStandInForTextsThatAreNoValue() throws {
        let coercion = try ColumnCoercion(from: .text, to: Self.vendor)
        let outcome = coercion.apply(Self.column(.text, ["CMT", " cmt ", "2", "DDS", "VTS", "odd", nil]))
        #expect(Self.texts(outcome.column) == ["1", "1", "2", nil, nil, nil, nil])
        #expect(outcome.refusedRows == [4, 5])
    }

    @Test(arguments: [
        (ColumnType.text, ["N", "0", nil, "*", "n"], ["N", "N", nil, nil, "n"]),
        (.double, ["0.0", nil, "1"], ["N", nil, "1"]),
        (.bool, ["true", "false"], ["Y", "false"]),
        (.text, ["N", "Y"], ["N", "Y"]),
    ])
    func synonymsAlwaysCountInTexts(from: ColumnType, values: [String?], taken: [String?]) throws {
        let outcome = try ColumnCoercion(from: from, to: Self.flag).apply(Self.column(from, values))
        #expect(Self.texts(outcome.column) == taken)
        #expect(outcome.refusedRows == [])
    }

    @Test func explainsItself() {
        #expect(
            CoercionError.noRule(column: "at", from: .int64, to: .timestamp).description
                == "Column at: expected a time such as 2020-07-01 00:05:18, got a whole number in its place. What it "
                + "stands for would be a guess; write the column anew with the declared type.")
        #expect(
            CoercionError.invalidValue(row: 7, column: "id", expected: .int64, got: "1.5").description
                == "In row 7, column id: expected a whole number, got \"1.5\". Correct the value, or choose to reject "
                + "such rows or to read such values as NULL.")
    }
}
