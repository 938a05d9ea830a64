import Glibc
import Synchronization

/// A parameter of a flow: typed, validated, described.
///
/// ```swift
/// @Parameter(help: "Month of the year.", range: 1...12) var month = 7
/// @Parameter(help: "Colour of the taxis.", oneOf: ["yellow", "green"]) var color = "green"
/// @Parameter(help: "The lake.", block: .gcsBucket) var lake = "zoom-gcs"
/// @Parameter(help: "Which day.") var day: CivilDate       // no default: must be given
/// @Parameter(help: "Until when.") var until: CivilDate?   // no default: null
/// @Parameter(help: "Codes.", rules: .count(1...), .each(.pattern("^[A-Z]{2}$"))) var codes = ["DE"]
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
    private let isTemplate: Bool
    private let defaultValue: Value?

    /// The value.
    ///
    /// A parameter without a default that is read before it was given a value, as in a flow's own `init()`, reads as an
    /// example of what it accepts, such as 0 or 1970-01-01; that is said on standard error.
    public var wrappedValue: Value {
        get {
            if let value = storage.value.withLock({ $0 }) { return value }
            return unset()
        }
        set {
            // A new object, so that copies of a flow do not share what is set later.
            storage = Storage(newValue)
        }
    }

    init(
        default value: Value?, help: String, title: String?, block: BlockKind? = nil, isSecret: Bool = false,
        isTemplate: Bool = false, rules: [ParameterRule<Value>]
    ) {
        var schema = Value.parameterSchema
        for rule in rules { rule.apply(&schema) }
        self.schema = schema
        self.help = help
        self.title = title
        self.block = block
        self.isSecret = isSecret
        self.isTemplate = isTemplate
        defaultValue = value ?? (schema.isNullable ? Self.null : nil)
        storage = Storage(defaultValue)
    }

    /// A parameter that must be given; an optional one is null where it is not.
    public init() {
        // In the type itself, as `@Parameter var day: CivilDate` looks for it here alone.
        self.init(default: nil, help: "", title: nil, rules: [])
    }

    /// The null of an optional type.
    private static var null: Value? {
        (Value.self as? any ExpressibleByNilLiteral.Type)?.init(nilLiteral: ()) as? Value
    }

    private func unset() -> Value {
        guard let value = placeholder else {
            // A flow with such a parameter is refused before it is described or run: only its own `init()` comes here.
            preconditionFailure("a parameter without a default, of the type \(Value.self), was read before it was set")
        }
        if !UnsetParameters.isExpected {
            let text = (try? JSONValue(encoding: value).jsonText) ?? "nothing"
            let line = "warning: a parameter without a default was read before it was set: it reads as \(text)\n"
            _ = Descriptor.write(Array(line.utf8), to: STDERR_FILENO)
        }
        return value
    }

    private var placeholder: Value? {
        schema.example.flatMap { try? $0.decode(Value.self) }
    }
}

/// Whether parameters may be read before they are set, as where a program describes itself.
enum UnsetParameters {
    @TaskLocal static var isExpected = false
}

extension Parameter: DeclaredParameter {
    func property(named name: String) -> ParameterSchema.Property {
        ParameterSchema.Property(
            name, schema, description: help, title: title,
            // A default that has no JSON form is none that could be shown; the type's own code gives it.
            defaultValue: defaultValue.flatMap { try? JSONValue(encoding: $0) },
            block: block?.slug, isSecret: isSecret, isTemplate: isTemplate
        )
    }

    func current() throws -> JSONValue? {
        try storage.value.withLock { $0 }.map { try JSONValue(encoding: $0) }
    }

    func assign(_ value: JSONValue) throws {
        let decoded = try value.decode(Value.self)
        storage.value.withLock { $0 = decoded }
    }

    var hasPlaceholder: Bool { defaultValue != nil || placeholder != nil }
}

extension Parameter: Equatable where Value: Equatable {
    /// Whether both have the same value, or none.
    public static func == (left: Parameter, right: Parameter) -> Bool {
        left.storage.value.withLock { $0 } == right.storage.value.withLock { $0 }
    }
}

extension Parameter: Hashable where Value: Hashable {
    /// Hashes the value.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(storage.value.withLock { $0 })
    }
}
