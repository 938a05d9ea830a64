/// A fingerprint of each member of a request, by the member's path, `parameters.month`: what tells it from another request that
/// comes with the same key, without what is in it.
package typealias RequestMarks = [String: String]

/// The key that a request came with.
package struct RequestKey: Sendable, Hashable {
    /// The key itself, with what it is a key of.
    package var text: String
    package var marks: RequestMarks

    /// A key. Marks default to none: whatever comes with it is the same request.
    package init(_ text: String, marks: RequestMarks = [:]) {
        (self.text, self.marks) = (text, marks)
    }
}
