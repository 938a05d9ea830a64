/// A version of the Engine API, such as 1.41.
package struct APIVersion: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The part before the point.
    package let major: Int
    /// The part after the point.
    package let minor: Int

    /// The oldest version spoken here, that of Engine 20.10.
    package static let oldest = APIVersion(major: 1, minor: 41)
    /// The newest version spoken here, that of Engine 29.
    package static let newest = APIVersion(major: 1, minor: 52)
    /// From here on the content type of logs tells raw streams from multiplexed ones
    /// (https://docs.docker.com/reference/api/engine/version-history/#v142-api-changes).
    static let tellsStreamType = APIVersion(major: 1, minor: 42)

    /// A version.
    package init(major: Int, minor: Int) {
        self.major = major
        self.minor = minor
    }

    /// Parses text such as `1.41`; nil for anything else.
    package init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let major = Int(parts[0]), let minor = Int(parts[1]) else { return nil }
        self.init(major: major, minor: minor)
    }

    /// Orders by number, not by text.
    package static func < (left: APIVersion, right: APIVersion) -> Bool {
        (left.major, left.minor) < (right.major, right.minor)
    }

    /// Such as `1.41`.
    package var description: String { "\(major).\(minor)" }

    /// The version to speak with a daemon that offers up to `offered`; nil where it is too old for us.
    static func common(with offered: APIVersion) -> APIVersion? {
        offered < oldest ? nil : min(offered, newest)
    }
}
