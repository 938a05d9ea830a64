/// A parameter of one of two types, such as a day or a word:
///
/// ```swift
/// enum Moment: String, ParameterValue, CaseIterable { case first, last }
/// @Parameter(help: "Until when.") var until: Either<CivilDate, Moment> = .second(.last)
/// ```
///
/// A value that both accept is the first.
public enum Either<First: ParameterValue, Second: ParameterValue>: ParameterValue {
    case first(First)
    case second(Second)

    /// What one of the two accepts.
    public static var parameterSchema: ValueSchema {
        var (first, second) = (First.parameterSchema, Second.parameterSchema)
        let isNullable = first.isNullable || second.isNullable
        (first.isNullable, second.isNullable) = (false, false)
        return ValueSchema(nil, isNullable: isNullable, alternatives: [first, second])
    }

    /// Reads the first type, and where that is not possible the second.
    public init(from decoder: any Decoder) throws {
        let value = try JSONValue(from: decoder)
        if First.parameterSchema.accepts(value), let first = try? value.decode(First.self) {
            self = .first(first)
        } else {
            self = .second(try value.decode(Second.self))
        }
    }

    /// Writes the value that it holds.
    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .first(let value): try value.encode(to: encoder)
        case .second(let value): try value.encode(to: encoder)
        }
    }
}

extension Either: Equatable where First: Equatable, Second: Equatable {}
extension Either: Hashable where First: Hashable, Second: Hashable {}
