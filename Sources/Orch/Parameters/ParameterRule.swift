/// What the values of a parameter must keep to, beyond its type.
///
/// ```swift
/// @Parameter(help: "Days to load.", rules: .count(1...31), .each(.range(from...to))) var days: [CivilDate]
/// @Parameter(help: "Codes.", rules: .each(.pattern("^[A-Z]{2}$"))) var codes = ["DE"]
/// @Parameter(help: "Rates by colour.", rules: .eachValue(.range(0...1))) var rates = ["green": 0.5]
/// ```
///
/// A rule of a type holds for its optional too, for which null is always accepted.
public struct ParameterRule<Value: ParameterValue>: Sendable {
    let apply: @Sendable (inout ValueSchema) -> Void
}

extension ParameterRule {
    /// Values within a range.
    public static func range(_ range: some ParameterRange<Value> & Sendable) -> Self where Value: ParameterBound {
        Self { $0.limit(to: range) }
    }

    /// Values within a range, or none.
    public static func range<Bound>(_ range: some ParameterRange<Bound> & Sendable) -> Self where Value == Bound? {
        Self { $0.limit(to: range) }
    }

    /// These values alone.
    public static func oneOf(_ choices: [Value]) -> Self {
        Self { $0.limit(to: choices) }
    }

    /// Texts that match a regular expression somewhere; anchor it with `^` and `$` to match the whole.
    public static func pattern(_ pattern: String) -> Self where Value == String {
        Self { $0.pattern = pattern }
    }

    /// Texts that match a regular expression somewhere, or none.
    public static func pattern(_ pattern: String) -> Self where Value == String? {
        Self { $0.pattern = pattern }
    }

    /// Texts of so many characters (Unicode scalars, as in JSON Schema).
    public static func length(_ range: some ParameterRange<Int> & Sendable) -> Self where Value == String {
        Self { $0.limitLength(to: range) }
    }

    /// Texts of so many characters, or none.
    public static func length(_ range: some ParameterRange<Int> & Sendable) -> Self where Value == String? {
        Self { $0.limitLength(to: range) }
    }

    /// Lists of so many elements.
    public static func count<Element>(_ range: some ParameterRange<Int> & Sendable) -> Self where Value == [Element] {
        Self { $0.limitCount(to: range) }
    }

    /// Dictionaries of so many members.
    public static func count<Element>(
        _ range: some ParameterRange<Int> & Sendable
    ) -> Self where Value == [String: Element] {
        Self { $0.limitCount(to: range) }
    }

    /// Lists whose elements keep to a rule.
    public static func each<Element>(_ rule: ParameterRule<Element>) -> Self where Value == [Element] {
        Self { schema in if var items = schema.items { rule.apply(&items); schema.items = items } }
    }

    /// Dictionaries whose members keep to a rule.
    public static func eachValue<Element>(_ rule: ParameterRule<Element>) -> Self where Value == [String: Element] {
        Self { schema in if var values = schema.values { rule.apply(&values); schema.values = values } }
    }
}

extension ValueSchema {
    mutating func limit(to choices: [some ParameterValue]) {
        self.choices = choices.isEmpty ? self.choices : choices.compactMap { try? JSONValue(encoding: $0) }
    }
}
