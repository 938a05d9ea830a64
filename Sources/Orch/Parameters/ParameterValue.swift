/// A type that a flow's parameter can have: numbers, texts, booleans, instants, lists and optionals of these, and
/// enumerations with raw values, which list their cases as the choices.
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

extension ParameterValue where Self: RawRepresentable & CaseIterable, RawValue: ParameterValue {
    /// One of the cases' raw values.
    public static var parameterSchema: ValueSchema {
        var schema = RawValue.parameterSchema
        schema.choices = allCases.compactMap { try? JSONValue(encoding: $0.rawValue) }
        return schema
    }
}

/// A number that a parameter can bound.
public protocol ParameterNumber: ParameterValue, Comparable {
    /// The number as a bound of a schema.
    var parameterBound: Double { get }
}

extension Int: ParameterNumber {
    /// The number itself.
    public var parameterBound: Double { Double(self) }
}

extension Int64: ParameterNumber {
    /// The number itself.
    public var parameterBound: Double { Double(self) }
}

extension Double: ParameterNumber {
    /// The number itself.
    public var parameterBound: Double { self }
}

/// The numbers a parameter accepts: `1...12`, `2009...`, `...100`.
public protocol ParameterRange<Bound> {
    /// The type of the numbers.
    associatedtype Bound: ParameterNumber
    /// The least and the greatest number accepted; `nil` where there is no such bound.
    var parameterBounds: (least: Bound?, greatest: Bound?) { get }
}

extension ClosedRange: ParameterRange where Bound: ParameterNumber {
    /// The bounds that the range has.
    public var parameterBounds: (least: Bound?, greatest: Bound?) { (lowerBound, upperBound) }
}

extension PartialRangeFrom: ParameterRange where Bound: ParameterNumber {
    /// The bounds that the range has.
    public var parameterBounds: (least: Bound?, greatest: Bound?) { (lowerBound, nil) }
}

extension PartialRangeThrough: ParameterRange where Bound: ParameterNumber {
    /// The bounds that the range has.
    public var parameterBounds: (least: Bound?, greatest: Bound?) { (nil, upperBound) }
}
