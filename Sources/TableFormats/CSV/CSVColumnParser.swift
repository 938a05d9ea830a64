/// What was met in a tile's columns.
struct CSVTileFindings {
    /// Whether a text that is no value counts as NULL.
    let nullsBadValues: Bool
    var nulledValues = 0
    var latin1Texts = 0
    /// The rows of the tile with a text that is no value, and the declared column.
    var badValues: [(row: Int, column: Int)] = []

    init(nullsBadValues: Bool) {
        self.nullsBadValues = nullsBadValues
    }
}

/// Reads the fields of one declared column, tile by tile.
protocol CSVColumnParser: AnyObject {
    /// Makes room for the rows of a block.
    func reserveCapacity(_ rows: Int)
    /// Reads the fields of a tile. They join the column with the next `commit()`, or never.
    func parse(_ fields: CSVFieldColumn, column: Int, _ findings: inout CSVTileFindings)
    /// Adds the tile that was read last to the column.
    func commit()
    /// The column of all tiles that were added; the parser is ready for the next block.
    func finish() -> Column
}

/// A declared column that the file does not have.
final class CSVAbsentColumn: CSVColumnParser {
    private let builder: ColumnBuilder
    private var rows = 0

    init(type: ColumnType) {
        builder = ColumnBuilder(type: type)
    }

    func reserveCapacity(_ rows: Int) { builder.reserveCapacity(rows) }
    func parse(_ fields: CSVFieldColumn, column: Int, _ findings: inout CSVTileFindings) { rows = fields.count }
    func commit() { builder.appendNulls(rows) }
    func finish() -> Column { builder.finish() }
}
