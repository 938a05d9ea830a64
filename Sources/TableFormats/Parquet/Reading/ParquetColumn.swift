/// A column of a Parquet file.
package struct ParquetColumn: Sendable, Equatable {
    /// Its name.
    package let name: String
    /// What its values are read as. Means nothing where `problem` is set.
    package let type: ColumnType
    /// What the file holds, in the format's own words: `INT64 TIMESTAMP(MICROS)`.
    package let storedType: String
    /// Which clock's times it holds; nil where it holds none.
    package let clock: ParquetClock?
    /// Whether the file says that the column has no type and is NULL in every row.
    package let isAlwaysNull: Bool
    /// Whether the column may hold NULLs.
    package let isOptional: Bool
    /// Why the column cannot be read: it is nested, repeated or of a type that this reader does not know.
    package let problem: ParquetReadError?

    /// The place of the column's chunk in each row group.
    let chunkIndex: Int
    /// How its values are turned into those of `type`.
    let reading: ParquetValueReading
}

/// How the stored values of a column become those of a `Column`.
enum ParquetValueReading: Sendable, Equatable {
    case bool, int32, int64, double, text
    case unsigned32, unsigned64
    case float, float16
    case int96
    case milliseconds, nanoseconds
    /// Whole numbers over a power of ten, stored in 32 or 64 bits, in a fixed number of bytes or in any number.
    case decimal32(scale: Int), decimal64(scale: Int), decimalFixed(bytes: Int, scale: Int), decimalBytes(scale: Int)
    /// Nothing is read.
    case null
    case none
}

extension ParquetColumn {
    /// The columns of a schema, as a footer lists it, and how many chunks they have in each row group.
    static func columns(
        of schema: [StoredSchemaElement]
    ) throws(PageDecodeError) -> (columns: [ParquetColumn], chunkCount: Int) {
        guard let root = schema.first else {
            throw .malformed(expected: "a schema with a root", got: "an empty one")
        }
        var columns: [ParquetColumn] = []
        var (next, chunk) = (1, 0)
        for _ in 0..<max(0, Int(root.childCount)) {
            guard next < schema.count else {
                throw .malformed(expected: "a schema of \(root.childCount) columns", got: "\(columns.count)")
            }
            let element = schema[next]
            let leaves = try passLeaves(of: schema, from: &next)
            columns.append(leaves == nil ? leaf(element, chunk: chunk) : nested(element, chunk: chunk))
            chunk += leaves ?? 1
        }
        guard next == schema.count else {
            throw .malformed(expected: "a schema of \(next) elements", got: "\(schema.count)")
        }
        return (columns, chunk)
    }

    /// Passes a node and all below it. Answers how many leaves there are, or nil where the node is itself one.
    private static func passLeaves(
        of schema: [StoredSchemaElement], from next: inout Int
    ) throws(PageDecodeError) -> Int? {
        let isLeaf = schema[next].type != nil && schema[next].childCount <= 0
        var (open, leaves) = (1, 0)
        while open > 0 {
            guard next < schema.count else {
                throw .malformed(expected: "\(open) more elements of the schema", got: "its end")
            }
            let element = schema[next]
            next += 1
            open -= 1
            if element.childCount > 0 {
                open += Int(element.childCount)
            } else if element.type != nil {
                leaves += 1
            }
        }
        return isLeaf ? nil : leaves
    }

    private static func nested(_ element: StoredSchemaElement, chunk: Int) -> ParquetColumn {
        ParquetColumn(
            name: element.name, type: .text, storedType: "nested", clock: nil, isAlwaysNull: false, isOptional: true,
            problem: .unsupported(column: element.name, what: "it is nested (a struct, list or map)"),
            chunkIndex: chunk, reading: .none)
    }

    private static func leaf(_ element: StoredSchemaElement, chunk: Int) -> ParquetColumn {
        let mapping = ParquetTypeMapping(element)
        var problem = mapping.problem
        if element.repetition == StoredSchemaElement.Repetition.repeated.rawValue {
            problem = "it is repeated (a list)"
        } else if StoredSchemaElement.Repetition(rawValue: element.repetition) == nil {
            problem = "its repetition has the unknown number \(element.repetition)"
        }
        return ParquetColumn(
            name: element.name, type: mapping.type, storedType: mapping.name, clock: element.clock,
            isAlwaysNull: mapping.reading == .null && problem == nil,
            isOptional: element.repetition == StoredSchemaElement.Repetition.optional.rawValue,
            problem: problem.map { .unsupported(column: element.name, what: $0) },
            chunkIndex: chunk, reading: problem == nil ? mapping.reading : .none)
    }
}
