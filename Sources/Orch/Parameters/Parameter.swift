import Synchronization

/// A parameter of a flow: typed, validated, described.
///
/// ```swift
/// @Parameter(help: "Month of the year.", range: 1...12) var month = 7
/// @Parameter(help: "Colour of the taxis.", oneOf: ["yellow", "green"]) var color = "green"
/// @Parameter(help: "The lake.", block: .gcsBucket) var lake = "zoom-gcs"
/// @Parameter(help: "Which day.") var day: Timestamp       // no default: must be given
/// ```
@propertyWrapper
public struct Parameter<Value: ParameterValue>: Sendable {
    /// Where the value lives: reflection can reach an object inside a flow, but not change the flow itself.
    private final class Storage: Sendable {
        let value: Mutex<Value?>

        init(_ value: Value?) {
            self.value = Mutex(value)
        }
    }

    private var storage: Storage
    private let schema: ValueSchema
    private let help: String
    private let title: String?
    private let block: BlockKind?
    private let isSecret: Bool
    private let defaultValue: Value?

    /// The value. Reading a parameter that has no default before it was given one is a mistake in the program.
    public var wrappedValue: Value {
        get {
            guard let value = storage.value.withLock({ $0 }) else {
                preconditionFailure("a parameter without a default was read before it was set")
            }
            return value
        }
        set {
            // A new object, so that copies of a flow do not share what is set later.
            storage = Storage(newValue)
        }
    }

    private init(
        default value: Value?, help: String, title: String?, block: BlockKind? = nil, isSecret: Bool = false,
        _ restrict: (inout ValueSchema) -> Void = { _ in }
    ) {
        var schema = Value.parameterSchema
        restrict(&schema)
        self.schema = schema
        self.help = help
        self.title = title
        self.block = block
        self.isSecret = isSecret
        defaultValue = value
        storage = Storage(value)
    }
}

extension Parameter {
    /// A parameter with a default.
    ///
    /// - Parameters:
    ///   - help: what it is for, in a sentence.
    ///   - title: a name for people. Defaults to the property's name.
    ///   - oneOf: the only values accepted. Empty, the default, accepts all of the type.
    ///   - isSecret: whether its value must be shown nowhere. Defaults to `false`.
    public init(
        wrappedValue: Value, help: String = "", title: String? = nil, oneOf: [Value] = [], isSecret: Bool = false
    ) {
        self.init(default: wrappedValue, help: help, title: title, isSecret: isSecret) { $0.limit(to: oneOf) }
    }

    /// A parameter that must be given.
    public init(help: String = "", title: String? = nil, oneOf: [Value] = [], isSecret: Bool = false) {
        self.init(default: nil, help: help, title: title, isSecret: isSecret) { $0.limit(to: oneOf) }
    }

    /// A number with a default, within a range.
    public init(wrappedValue: Value, help: String = "", title: String? = nil, range: some ParameterRange<Value>) {
        self.init(default: wrappedValue, help: help, title: title) { $0.limit(to: range) }
    }

    /// A number that must be given, within a range.
    public init(help: String = "", title: String? = nil, range: some ParameterRange<Value>) {
        self.init(default: nil, help: help, title: title) { $0.limit(to: range) }
    }

    /// A list of numbers with a default, each within a range; at least `minCount` of them, which defaults to 1.
    public init<Element>(
        wrappedValue: Value, help: String = "", title: String? = nil, each range: some ParameterRange<Element>,
        minCount: Int = 1
    ) where Value == [Element] {
        self.init(default: wrappedValue, help: help, title: title) { schema in
            schema.minItems = minCount
            schema.items?.limit(to: range)
        }
    }

    /// A text with a default, matching a regular expression somewhere; anchor it with `^` and `$` to match the whole.
    public init(wrappedValue: Value, help: String = "", title: String? = nil, pattern: String)
    where Value == String {
        self.init(default: wrappedValue, help: help, title: title) { $0.pattern = pattern }
    }

    /// A block's name with a default. A value with `://` in it is an address instead, and needs no block.
    public init(wrappedValue: Value, help: String = "", title: String? = nil, block: BlockKind)
    where Value == String {
        self.init(default: wrappedValue, help: help, title: title, block: block) { $0.minLength = 1 }
    }

    /// A block's name or an address, or none: null is neither.
    public init(wrappedValue: Value, help: String = "", title: String? = nil, block: BlockKind)
    where Value == String? {
        self.init(default: wrappedValue, help: help, title: title, block: block)
    }
}

/// What reflection needs of a parameter, whatever its type.
protocol DeclaredParameter {
    /// The parameter as part of a schema.
    func property(named name: String) throws -> ParameterSchema.Property
    /// The value now; `nil` where there is none.
    func current() throws -> JSONValue?
    /// Sets the value in place.
    func assign(_ value: JSONValue) throws
}

extension Parameter: DeclaredParameter {
    func property(named name: String) throws -> ParameterSchema.Property {
        ParameterSchema.Property(
            name, schema, description: help, title: title,
            defaultValue: try defaultValue.map { try JSONValue(encoding: $0) },
            block: block?.slug, isSecret: isSecret
        )
    }

    func current() throws -> JSONValue? {
        try storage.value.withLock { $0 }.map { try JSONValue(encoding: $0) }
    }

    func assign(_ value: JSONValue) throws {
        let decoded = try value.decode(Value.self)
        storage.value.withLock { $0 = decoded }
    }
}

extension ValueSchema {
    fileprivate mutating func limit(to choices: [some ParameterValue]) {
        self.choices = choices.isEmpty ? self.choices : choices.compactMap { try? JSONValue(encoding: $0) }
    }

    fileprivate mutating func limit(to range: some ParameterRange) {
        minimum = range.parameterBounds.least?.parameterBound
        maximum = range.parameterBounds.greatest?.parameterBound
    }
}
