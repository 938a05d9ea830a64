/// A type whose parameters can be bounded: numbers, days, instants and lengths of time.
public protocol ParameterBound: ParameterValue, Comparable {
    /// The value as a bound of a schema.
    var parameterBound: JSONValue { get }
}

extension Int: ParameterBound {
    /// The number itself.
    public var parameterBound: JSONValue { .int(Int64(self)) }
}

extension Int64: ParameterBound {
    /// The number itself.
    public var parameterBound: JSONValue { .int(self) }
}

extension Double: ParameterBound {
    /// The number itself; an infinite one bounds nothing.
    public var parameterBound: JSONValue { isFinite ? Int64(exactly: self).map(JSONValue.int) ?? .double(self) : .null }
}

extension CivilDate: ParameterBound {
    /// The day's text.
    public var parameterBound: JSONValue { .string(description) }
}

extension Timestamp: ParameterBound {
    /// The instant's text.
    public var parameterBound: JSONValue { .string(description) }
}

extension TimeSpan: ParameterBound {
    /// The text in ISO 8601.
    public var parameterBound: JSONValue { .string(iso) }
}

/// The values a parameter accepts: `1...12`, `2009...`, `...100`.
public protocol ParameterRange<Bound> {
    /// The type of the values.
    associatedtype Bound: ParameterBound
    /// The least and the greatest value accepted; `nil` where there is no such bound.
    var parameterBounds: (least: Bound?, greatest: Bound?) { get }
}

extension ClosedRange: ParameterRange where Bound: ParameterBound {
    /// The bounds that the range has.
    public var parameterBounds: (least: Bound?, greatest: Bound?) { (lowerBound, upperBound) }
}

extension PartialRangeFrom: ParameterRange where Bound: ParameterBound {
    /// The bounds that the range has.
    public var parameterBounds: (least: Bound?, greatest: Bound?) { (lowerBound, nil) }
}

extension PartialRangeThrough: ParameterRange where Bound: ParameterBound {
    /// The bounds that the range has.
    public var parameterBounds: (least: Bound?, greatest: Bound?) { (nil, upperBound) }
}

extension ValueSchema {
    mutating func limit(to range: some ParameterRange) {
        let (least, greatest) = range.parameterBounds
        minimum = least?.parameterBound
        maximum = greatest?.parameterBound
    }

    mutating func limitCount(to range: some ParameterRange<Int>) {
        (minItems, maxItems) = (range.parameterBounds.least.map { max(0, $0) }, range.parameterBounds.greatest)
    }

    mutating func limitLength(to range: some ParameterRange<Int>) {
        (minLength, maxLength) = (range.parameterBounds.least.map { max(0, $0) }, range.parameterBounds.greatest)
    }
}
