@testable import OrchModel
import TestSupport

/// Makes schemas of parameters and values that may or may not fit them, the same ones for the same seed.
struct RandomSchema {
    var random: SeededGenerator

    private static let patterns = ["^[A-Z]{2}$", "^[a-z]+$", "a|b", "^[0-9]+$", "x.y", "^.{1,3}$", "^$"]
    private static let texts = [
        "", "DE", "de", "abc", "xéy", "xe\u{301}y", "x\u{1F695}y", "12", "a b", "true", "null", "2020-07-01",
        "2021-02-29", "2020-02-29", "1999-12-31", "2020-7-1", "2020-07-01T00:00:00Z", "2020-07-01T02:00:00+02:00",
        "2020-07-01t23:59:60z", "2020-07-01T24:00:00Z", "2020-07-01T00:00:00.5-01:30", "PT1H30M", "PT90M", "P1D", "P2W",
        "PT0.5S", "PT", "P", "P1Y", "P1DT", "1h30m", "yellow", "green",
    ]
    private static let days = ["1999-12-31", "2020-02-29", "2020-07-01"]
    private static let instants = ["2020-07-01T00:00:00Z", "2020-07-01T02:00:00.000001+02:00"]
    private static let spans = ["PT0S", "PT90M", "P1D"]
    private static let names = ["month", "color", "note", "a b", "x"]

    private mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: 0..<elements.count, using: &random)]
    }

    private mutating func chance(_ share: Double) -> Bool { Double.random(in: 0..<1, using: &random) < share }

    private mutating func maybe<Element>(_ share: Double, _ element: Element) -> Element? {
        chance(share) ? element : nil
    }

    mutating func parameters() -> ParameterSchema {
        ParameterSchema(members(depth: 3))
    }

    private mutating func members(depth: Int) -> [ParameterSchema.Property] {
        var members: [ParameterSchema.Property] = []
        for name in Self.names where chance(0.5) {
            let value = schema(depth: depth - 1)
            members.append(
                ParameterSchema.Property(
                    name, value, description: chance(0.5) ? "What it is for." : "", isRequired: chance(0.4),
                    isSecret: chance(0.1)))
        }
        return members
    }

    private mutating func schema(depth: Int) -> ValueSchema {
        let kinds: [ValueSchema.Kind?] = [.integer, .number, .string, .string, .boolean, nil]
        let deep: [ValueSchema.Kind?] = [.array, .object, .object]
        let kind = pick(depth > 0 ? kinds + deep : kinds)
        var made = ValueSchema(kind, isNullable: chance(0.3))
        switch kind {
        case .integer, .number:
            made.minimum = maybe(0.4, pick([-3, 0, 1, 0.5, 9_007_199_254_740_993]))
            made.maximum = maybe(0.4, pick([12, 0, 1.5, 9_007_199_254_740_992]))
        case .string:
            made.format = maybe(0.4, pick(ValueSchema.Format.allCases))
            switch made.format {
            case .date: (made.minimum, made.maximum) = (bound(Self.days), bound(Self.days))
            case .dateTime: (made.minimum, made.maximum) = (bound(Self.instants), bound(Self.instants))
            case .duration: (made.minimum, made.maximum) = (bound(Self.spans), bound(Self.spans))
            case nil:
                made.pattern = maybe(0.3, pick(Self.patterns))
                (made.minLength, made.maxLength) = (maybe(0.3, pick([0, 1, 3])), maybe(0.3, pick([0, 2, 3])))
            }
        case .array:
            made.items = maybe(0.8, schema(depth: depth - 1))
            (made.minItems, made.maxItems) = (maybe(0.3, pick([0, 1, 2])), maybe(0.3, pick([1, 3])))
        case .object:
            if chance(0.6) {
                made.members = members(depth: depth)
            } else {
                made.values = maybe(0.7, schema(depth: depth - 1))
                (made.minItems, made.maxItems) = (maybe(0.3, pick([0, 1])), maybe(0.3, pick([1, 2])))
            }
        case .boolean, nil: break
        }
        if chance(0.15) {
            made.choices = [value(for: made, depth: 1), value(for: nil, depth: 1)].filter { !$0.isNull }
        }
        if depth > 0, chance(0.15) {
            let isNullable = chance(0.3)
            return ValueSchema(nil, isNullable: isNullable, alternatives: [made, schema(depth: depth - 1)])
        }
        return made
    }

    private mutating func bound(_ texts: [String]) -> JSONValue? { maybe(0.4, .string(pick(texts))) }

    /// Values for all parameters of a schema, most of which fit.
    mutating func values(for schema: ParameterSchema) -> JSONValue {
        value(for: ValueSchema(.object, members: schema.properties), depth: 4)
    }

    private mutating func value(for schema: ValueSchema?, depth: Int) -> JSONValue {
        guard let schema, !chance(0.12) else { return anything(depth: depth) }
        if schema.isNullable, chance(0.2) { return .null }
        if let choice = schema.choices.first, chance(0.6) { return choice }
        if !schema.alternatives.isEmpty { return value(for: pick(schema.alternatives), depth: depth) }
        switch schema.kind {
        case .integer: return pick([0, 1, 7, 12, 13, -3, 2.0, 9_007_199_254_740_992, 9_007_199_254_740_993])
        case .number: return pick([0, 0.5, 1.5, 12, -3.25, 12345.678, 9_007_199_254_740_993])
        case .boolean: return .bool(chance(0.5))
        case .string: return .string(pick(Self.texts))
        case .array:
            return .array(
                (0..<Int.random(in: 0...3, using: &random)).map { _ in value(for: schema.items, depth: depth - 1) })
        case .object:
            var object: [String: JSONValue] = [:]
            for member in schema.members ?? [] where chance(0.85) {
                object[member.name] = value(for: member.value, depth: depth - 1)
            }
            if schema.members == nil || chance(0.05) {
                for name in Self.names where chance(0.3) { object[name] = value(for: schema.values, depth: depth - 1) }
            }
            return .object(object)
        case nil: return anything(depth: depth)
        }
    }

    private mutating func anything(depth: Int) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &random) {
        case 0: return .null
        case 1: return .bool(chance(0.5))
        case 2: return pick([0, 1, 7, 1.0, 1.5])
        case 3, 4, 5: return .string(pick(Self.texts))
        case 6: return .array((0..<2).map { _ in anything(depth: depth - 1) })
        default: return .object([pick(Self.names): anything(depth: depth - 1)])
        }
    }
}
