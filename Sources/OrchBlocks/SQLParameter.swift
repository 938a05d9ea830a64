public import OrchModel

/// A value that is bound to `$1`, `$2`, … of a statement: it never becomes part of its text.
public enum SQLParameter: Sendable, Hashable {
    case null
    case bool(Bool)
    case int(Int64)
    case double(Double)
    case text(String)
    case bytes([UInt8])
    case time(Timestamp)
    case json(JSONValue)

    /// As PostgreSQL reads it; nil = NULL.
    var text: String? {
        switch self {
        case .null: nil
        case .bool(let value): value ? "true" : "false"
        case .int(let number): "\(number)"
        case .double(let number):
            number.isNaN ? "NaN" : number.isInfinite ? (number < 0 ? "-Infinity" : "Infinity") : "\(number)"
        case .text(let text): text
        case .bytes(let bytes):
            "\\x" + bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        case .time(let time): time.description
        case .json(let value): value.jsonText
        }
    }
}

extension SQLParameter: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByNilLiteral
{
    public init(stringLiteral value: String) { self = .text(value) }
    public init(integerLiteral value: Int64) { self = .int(value) }
    public init(floatLiteral value: Double) { self = .double(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(nilLiteral: ()) { self = .null }
}

/// A statement with its parameters.
public struct SQLStatement: Sendable, ExpressibleByStringLiteral {
    /// The text, with `$1`, `$2`, … where values are to be.
    public var text: String
    /// The values.
    public var parameters: [SQLParameter]

    /// A statement; it has no parameters by default.
    public init(_ text: String, _ parameters: [SQLParameter] = []) {
        self.text = text
        self.parameters = parameters
    }

    public init(stringLiteral value: String) { self.init(value) }
}
