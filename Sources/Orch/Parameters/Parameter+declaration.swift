extension Parameter {
    /// A parameter with a default.
    ///
    /// - Parameters:
    ///   - wrappedValue: the default.
    ///   - help: what it is for, in a sentence.
    ///   - title: a name for people. Defaults to the property's name.
    ///   - oneOf: the only values accepted. Empty, the default, accepts all of the type.
    ///   - isSecret: whether its value must be shown nowhere. Defaults to `false`.
    ///   - isTemplate: whether it is a template that the flow fills in itself: its places are left as they are when a run is
    ///     made. Defaults to `false`.
    ///   - rules: what its values must keep to. Defaults to nothing.
    public init(
        wrappedValue: Value, help: String = "", title: String? = nil, oneOf: [Value] = [], isSecret: Bool = false,
        isTemplate: Bool = false, rules: ParameterRule<Value>...
    ) {
        self.init(
            default: wrappedValue, help: help, title: title, isSecret: isSecret, isTemplate: isTemplate,
            rules: [.oneOf(oneOf)] + rules)
    }

    /// A parameter that must be given; an optional one is null where it is not.
    public init(
        help: String = "", title: String? = nil, oneOf: [Value] = [], isSecret: Bool = false, isTemplate: Bool = false,
        rules: ParameterRule<Value>...
    ) {
        self.init(
            default: nil, help: help, title: title, isSecret: isSecret, isTemplate: isTemplate,
            rules: [.oneOf(oneOf)] + rules)
    }

    /// A number, day, instant or length of time with a default, within a range.
    public init(
        wrappedValue: Value, help: String = "", title: String? = nil, range: some ParameterRange<Value> & Sendable
    ) where Value: ParameterBound {
        self.init(default: wrappedValue, help: help, title: title, rules: [.range(range)])
    }

    /// A number, day, instant or length of time that must be given, within a range.
    public init(help: String = "", title: String? = nil, range: some ParameterRange<Value> & Sendable)
    where Value: ParameterBound {
        self.init(default: nil, help: help, title: title, rules: [.range(range)])
    }

    /// One that may be null, which is its default, within a range.
    public init<Bound>(
        wrappedValue: Value = nil, help: String = "", title: String? = nil,
        range: some ParameterRange<Bound> & Sendable
    ) where Value == Bound? {
        self.init(default: wrappedValue, help: help, title: title, rules: [.range(range)])
    }

    /// A list with a default, each element within a range; at least `minCount` of them, which defaults to 1.
    public init<Element: ParameterBound>(
        wrappedValue: Value, help: String = "", title: String? = nil,
        each range: some ParameterRange<Element> & Sendable, minCount: Int = 1
    ) where Value == [Element] {
        self.init(default: wrappedValue, help: help, title: title, rules: [.count(minCount...), .each(.range(range))])
    }

    /// A text with a default, matching a regular expression somewhere; anchor it with `^` and `$` to match the whole.
    public init(wrappedValue: Value, help: String = "", title: String? = nil, pattern: String)
    where Value == String {
        self.init(default: wrappedValue, help: help, title: title, rules: [.pattern(pattern)])
    }

    /// A text that must be given, matching a regular expression somewhere.
    public init(help: String = "", title: String? = nil, pattern: String) where Value == String {
        self.init(default: nil, help: help, title: title, rules: [.pattern(pattern)])
    }

    /// A text that may be null, which is its default, matching a regular expression somewhere.
    public init(wrappedValue: Value = nil, help: String = "", title: String? = nil, pattern: String)
    where Value == String? {
        self.init(default: wrappedValue, help: help, title: title, rules: [.pattern(pattern)])
    }

    /// A list of texts with a default, each matching a regular expression somewhere.
    public init(wrappedValue: Value, help: String = "", title: String? = nil, pattern: String)
    where Value == [String] {
        self.init(default: wrappedValue, help: help, title: title, rules: [.each(.pattern(pattern))])
    }

    /// A text with a default, of so many characters (Unicode scalars).
    public init(
        wrappedValue: Value, help: String = "", title: String? = nil, length: some ParameterRange<Int> & Sendable
    ) where Value == String {
        self.init(default: wrappedValue, help: help, title: title, rules: [.length(length)])
    }

    /// A block's name with a default. A value with `://` in it is an address instead, and needs no block.
    public init(wrappedValue: Value, help: String = "", title: String? = nil, block: BlockKind)
    where Value == String {
        self.init(default: wrappedValue, help: help, title: title, block: block, rules: [.length(1...)])
    }

    /// A block's name or an address, or none: null is neither.
    public init(wrappedValue: Value = nil, help: String = "", title: String? = nil, block: BlockKind)
    where Value == String? {
        self.init(default: wrappedValue, help: help, title: title, block: block, rules: [])
    }
}
