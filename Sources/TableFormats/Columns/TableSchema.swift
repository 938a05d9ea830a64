/// One column as it shall be, and the names under which files have carried it.
package struct ColumnDefinition: Sendable, Hashable {
    /// The column's name in tables and Parquet files.
    package var name: String
    /// What its values are.
    package var type: ColumnType
    /// Other names that headers have used for it; case and surrounding blanks never matter.
    package var aliases: [String]
    /// What files have written for a value: the text, in lower case, and the one to read in its place; an empty one
    /// stands for NULL. It counts where the text itself is no value of the type, and always for texts.
    package var synonyms: [String: String]
    /// Whether a file without this column is refused instead of read as all NULL. Defaults to `false`.
    package var isRequired: Bool
    /// Whether it repeats what the file's column feeds into another one too, such as the text of a code beside its
    /// number. Defaults to `false`: a column of the file feeds the first declared column that it is named for.
    package var sharesSource: Bool

    /// Declares a column.
    package init(
        _ name: String, _ type: ColumnType, aliases: [String] = [], synonyms: [String: String] = [:],
        isRequired: Bool = false, sharesSource: Bool = false
    ) {
        self.name = name
        self.type = type
        self.aliases = aliases
        self.synonyms = synonyms
        self.isRequired = isRequired
        self.sharesSource = sharesSource
    }
}

/// The columns of a table, in order. Declared, never guessed from data.
package struct TableSchema: Sendable, Hashable {
    /// The columns, in the order in which batches and files hold them.
    package var columns: [ColumnDefinition]

    /// A schema of the given columns.
    package init(_ columns: [ColumnDefinition]) {
        self.columns = columns
    }

    /// The position of the column of exactly this name.
    package func index(of name: String) -> Int? {
        columns.firstIndex { $0.name == name }
    }

    /// This schema with one more column at its end.
    package func adding(_ column: ColumnDefinition) -> TableSchema {
        TableSchema(columns + [column])
    }
}
