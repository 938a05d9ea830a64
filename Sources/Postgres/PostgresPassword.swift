/// A password that prints nothing of itself, whichever way it is printed.
package struct PostgresPassword: Sendable, Equatable, ExpressibleByStringLiteral {
    let value: String

    /// Wraps a password.
    package init(_ value: String) {
        self.value = value
    }

    /// Wraps a password that stands in the program, for tests.
    package init(stringLiteral value: String) {
        self.init(value)
    }
}

extension PostgresPassword: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// `<redacted>`
    package var description: String { "<redacted>" }
    /// `<redacted>`
    package var debugDescription: String { description }
    /// A mirror without children.
    package var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}
