/// A text that no description, log or encoder shows; read it with `reveal()` where it is used.
public struct Secret: Hashable, Sendable, Decodable, ExpressibleByStringLiteral {
    private let value: String

    /// Wraps a text.
    public init(_ value: String) {
        self.value = value
    }

    public init(stringLiteral value: String) {
        self.value = value
    }

    public init(from decoder: any Decoder) throws {
        value = try decoder.singleValueContainer().decode(String.self)
    }

    /// The text itself. Call it at the last moment, where the text is sent.
    public func reveal() -> String { value }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// What is shown in place of any secret.
    public static let placeholder = "********"

    public var description: String { Self.placeholder }
    public var debugDescription: String { Self.placeholder }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
