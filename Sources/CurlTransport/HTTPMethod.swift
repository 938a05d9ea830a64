/// The verb of a request, sent as written.
package struct HTTPMethod: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The verb in upper case, such as `GET`.
    package let rawValue: String

    /// A verb that has no constant of its own.
    package init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// Reads a resource.
    package static let get = HTTPMethod(rawValue: "GET")
    /// Reads the head of a response only.
    package static let head = HTTPMethod(rawValue: "HEAD")
    /// Submits a body.
    package static let post = HTTPMethod(rawValue: "POST")
    /// Stores a body at the address.
    package static let put = HTTPMethod(rawValue: "PUT")
    /// Removes a resource.
    package static let delete = HTTPMethod(rawValue: "DELETE")
    /// Changes a part of a resource.
    package static let patch = HTTPMethod(rawValue: "PATCH")

    /// The verb.
    package var description: String { rawValue }
}
