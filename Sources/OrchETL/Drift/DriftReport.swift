/// How a file differs from what is declared for its month. Kept with the run; the JSON's keys are stable.
public struct DriftReport: Codable, Sendable, Equatable {
    /// A column of the file that is declared for no month of its colour.
    public struct NewColumn: Codable, Sendable, Equatable {
        /// Its name in the file; `column 1` where it has none.
        public var name: String
        /// What it is called in the table; nil where it was left out.
        public var loadedAs: String?
        /// Why it cannot be loaded, as a part of a sentence; nil where it is, or was left out on purpose.
        public var problem: String?
    }

    /// A column whose values are of another type than declared.
    public struct RetypedColumn: Codable, Sendable, Equatable {
        /// The declared name.
        public var column: String
        /// The declared type.
        public var declared: String
        /// The type in the file.
        public var found: String
        /// Whether both are numbers, so that every value is taken exactly or not at all.
        public var isAlike: Bool
    }

    /// A declared column that the file names otherwise.
    public struct RenamedColumn: Codable, Sendable, Equatable {
        /// The declared name.
        public var column: String
        /// The name in the file.
        public var header: String
    }

    /// Times that are not of the file's month.
    public struct OutOfRange: Codable, Sendable, Equatable {
        /// The declared column.
        public var column: String
        /// Rows whose time lies more than a day before the month or after it.
        public var rows: Int
        /// Rows whose time is not of the month, those within a day of it among them.
        public var outsideMonth: Int
        /// The least time of the column, `2008-12-31 23:05:26`.
        public var earliest: String
        /// The greatest time of the column.
        public var latest: String
    }

    /// The month that more than half of the trips are not of.
    public struct OtherMonth: Codable, Sendable, Equatable {
        /// The month that most trips began in, `2020-08`.
        public var month: String
        /// How many did.
        public var rows: Int
    }

    /// `green 2020-07`
    public var dataset: String
    /// How the file is written: `csv` or `parquet`.
    public var format: String
    /// Rows looked at.
    public var rows = 0
    /// Columns that the month's files have and this one has not; they are NULL in every row.
    public var missing: [String] = []
    /// Columns that are declared for no month.
    public var new: [NewColumn] = []
    /// Columns that are declared, for other months than the file's; they were loaded.
    public var untimely: [String] = []
    /// Columns of another type than declared.
    public var retyped: [RetypedColumn] = []
    /// Columns of times that the file calls adjusted to UTC; their digits were taken as wall time.
    public var adjustedToUTC: [String] = []
    /// Columns of times of which the file cannot say whether they are wall time or UTC; they were taken as wall time.
    public var ofUnsaidClock: [String] = []
    /// Columns under an alias, or in other letters.
    public var renamed: [RenamedColumn] = []
    /// Columns of the file without a value in any row.
    public var allNull: [String] = []
    /// Columns with times that are not of the file's month.
    public var outOfRange: [OutOfRange] = []
    /// Where fewer than half of the trips began within a day of the file's month: the month that most did.
    public var otherMonth: OtherMonth?
    /// The one other month that more than half of all rows are of: the file is that month's, and not the expected one's.
    public var mostRowsMonth: OtherMonth? { otherMonth.flatMap { $0.rows * 2 > rows ? $0 : nil } }
    /// What was made of values and records that could not be read as declared.
    public var counts = Counts()

    /// Values and records that were not as declared.
    public struct Counts: Codable, Sendable, Equatable {
        /// Values that are none of their column's type and became NULL.
        public var nulledValues = 0
        /// NaN of a file with floating point, which became NULL.
        public var nanValues = 0
        /// Records that were left out as they could not be read.
        public var rejectedRecords = 0
        /// Records of nothing but separators, passed over.
        public var emptyRecords = 0
        /// Empty lines, passed over.
        public var blankLines = 0
        /// Records with more fields than the header, the surplus ones blank.
        public var rowsWithSurplusBlanks = 0
        /// Texts that are not UTF-8 and were read as Latin-1.
        public var latin1Texts = 0

        /// Nothing met.
        public init() {}
    }
}
