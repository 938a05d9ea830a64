package import TableFormats

/// What a file says of its columns before its first row.
package struct FileHeader: Sendable, Equatable {
    /// How the file is written.
    package enum Format: String, Sendable, Codable {
        /// Text without types.
        case csv
        /// Apache Parquet.
        case parquet
    }

    /// One of the file's columns.
    package struct Column: Sendable, Equatable {
        /// Its name, as it stands there.
        package var name: String
        /// What its values are; nil in CSV, where there is none but NULL, and where it cannot be read (whoever reads the
        /// file has to refuse that, where a declared column needs it).
        package var type: ColumnType?
        /// Why it cannot be read, as a part of a sentence; nil where it can.
        package var problem: String?
        /// Which clock's times it holds, as far as the file says; nil where it holds none, and in CSV.
        package var clock: ParquetClock?

        /// Describes a column.
        package init(_ name: String, _ type: ColumnType? = nil) {
            self.name = name
            self.type = type
        }

        /// Describes a column of a Parquet file.
        package init(_ column: ParquetColumn) {
            name = column.name
            type = column.problem == nil && !column.isAlwaysNull ? column.type : nil
            clock = column.clock
            if case .unsupported(_, let what)? = column.problem { problem = what }
        }
    }

    /// How the file is written.
    package var format: Format
    /// The columns, in their order.
    package var columns: [Column]

    /// The header of a CSV file.
    package init(csv names: [String]) {
        format = .csv
        columns = names.map { Column($0) }
    }

    /// The schema of a Parquet file.
    package init(parquet columns: [Column]) {
        format = .parquet
        self.columns = columns
    }

    /// The columns' names, as they stand there.
    package var names: [String] { columns.map(\.name) }
    /// What the columns' values are, where the file says so.
    package var types: [ColumnType?] { columns.map(\.type) }
}
