/// A value of a column or of a statement's argument, as every database of ours has it.
enum SQLValue: Hashable, Sendable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])
}

/// What may stand for an argument of a statement.
protocol SQLBindable {
    /// The value that is sent.
    var sqlValue: SQLValue { get }
}

/// What may be read from a column.
protocol SQLReadable {
    /// nil where the column holds another type.
    init?(_ value: SQLValue)
}

extension Int64: SQLBindable, SQLReadable {
    var sqlValue: SQLValue { .integer(self) }

    init?(_ value: SQLValue) {
        guard case .integer(let number) = value else { return nil }
        self = number
    }
}

extension Int: SQLBindable, SQLReadable {
    var sqlValue: SQLValue { .integer(Int64(self)) }

    init?(_ value: SQLValue) {
        guard case .integer(let number) = value else { return nil }
        self = Int(number)
    }
}

extension Double: SQLBindable, SQLReadable {
    var sqlValue: SQLValue { .real(self) }

    init?(_ value: SQLValue) {
        guard case .real(let number) = value else { return nil }
        self = number
    }
}

extension String: SQLBindable, SQLReadable {
    var sqlValue: SQLValue { .text(self) }

    init?(_ value: SQLValue) {
        guard case .text(let text) = value else { return nil }
        self = text
    }
}

extension [UInt8]: SQLBindable, SQLReadable {
    var sqlValue: SQLValue { .blob(self) }

    init?(_ value: SQLValue) {
        guard case .blob(let bytes) = value else { return nil }
        self = bytes
    }
}

extension Optional: SQLBindable where Wrapped: SQLBindable {
    var sqlValue: SQLValue { self?.sqlValue ?? .null }
}

/// The arguments of a statement, in the order of its placeholders.
struct SQLArguments: ExpressibleByArrayLiteral, Sendable {
    private(set) var values: [SQLValue]

    init(_ values: [SQLValue] = []) {
        self.values = values
    }

    init(arrayLiteral elements: (any SQLBindable)...) {
        values = elements.map(\.sqlValue)
    }

    static func + (left: SQLArguments, right: SQLArguments) -> SQLArguments {
        SQLArguments(left.values + right.values)
    }

    static func += (left: inout SQLArguments, right: SQLArguments) {
        left.values += right.values
    }
}
