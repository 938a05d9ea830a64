/// A type that a flow's parameter can have: numbers, texts, booleans, days, instants, lengths of time; lists, dictionaries and
/// optionals of these; enumerations with raw values, which list their cases as the choices; ``Either`` of two of them; and
/// objects of parameters, see ``ParameterObject``.
public protocol ParameterValue: Codable, Sendable {
    /// What its JSON form may be.
    static var parameterSchema: ValueSchema { get }
}

extension Int: ParameterValue {
    /// A whole number.
    public static var parameterSchema: ValueSchema { ValueSchema(.integer) }
}

extension Int64: ParameterValue {
    /// A whole number.
    public static var parameterSchema: ValueSchema { ValueSchema(.integer) }
}

extension Double: ParameterValue {
    /// A number.
    public static var parameterSchema: ValueSchema { ValueSchema(.number) }
}

extension Bool: ParameterValue {
    /// `true` or `false`.
    public static var parameterSchema: ValueSchema { ValueSchema(.boolean) }
}

extension String: ParameterValue {
    /// Any text.
    public static var parameterSchema: ValueSchema { ValueSchema(.string) }
}

extension Timestamp: ParameterValue {
    /// An instant in RFC 3339.
    public static var parameterSchema: ValueSchema { ValueSchema(.string, format: .dateTime) }
}

extension CivilDate: ParameterValue {
    /// A day such as `2020-07-01`.
    public static var parameterSchema: ValueSchema { ValueSchema(.string, format: .date) }
}

extension TimeSpan: ParameterValue {
    /// A length of time in ISO 8601, such as `PT1H30M`; on a command line also `1h30m`.
    public static var parameterSchema: ValueSchema { ValueSchema(.string, format: .duration) }
}

extension JSONValue: ParameterValue {
    /// Any JSON value.
    public static var parameterSchema: ValueSchema { ValueSchema(nil) }
}

extension Optional: ParameterValue where Wrapped: ParameterValue {
    /// What the wrapped type accepts, or null.
    public static var parameterSchema: ValueSchema {
        var schema = Wrapped.parameterSchema
        schema.isNullable = true
        return schema
    }
}

extension Array: ParameterValue where Element: ParameterValue {
    /// A list of what the element type accepts.
    public static var parameterSchema: ValueSchema { ValueSchema(.array, items: Element.parameterSchema) }
}

extension Dictionary: ParameterValue where Key == String, Value: ParameterValue {
    /// An object of any names, with what the value type accepts.
    public static var parameterSchema: ValueSchema { ValueSchema(.object, values: Value.parameterSchema) }
}

extension ParameterValue where Self: RawRepresentable & CaseIterable, RawValue: ParameterValue {
    /// One of the cases' raw values.
    public static var parameterSchema: ValueSchema {
        var schema = RawValue.parameterSchema
        schema.choices = allCases.compactMap { try? JSONValue(encoding: $0.rawValue) }
        return schema
    }
}
