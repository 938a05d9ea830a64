/// One line of a block's `volumes`: `SOURCE:TARGET[:ro]`.
package struct BindMount: Sendable, Hashable, CustomStringConvertible {
    /// A folder or file of the engine's host, or the name of a volume.
    package var source: String
    /// The path inside the container.
    package var target: String
    /// Whether the container may only read it.
    package var isReadOnly: Bool

    /// As the engine's API writes it.
    package var description: String { "\(source):\(target)\(isReadOnly ? ":ro" : "")" }

    /// Reads one line and refuses what would hand the host to a container.
    ///
    /// - Parameter roots: folders of the host that may be mounted from, with all below them.
    /// - Throws: `invalidField` where the line has another form, `forbiddenMount` for `/`, for the engine's socket and
    ///   for anything that holds or belongs to a part of the host that grants control of it, `hostPath` for a path
    ///   below none of the roots.
    init(_ text: String, under roots: [String]) throws(InfrastructureError) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard (2...3).contains(parts.count), parts.count == 2 || parts[2] == "ro" || parts[2] == "rw",
            parts[1].hasPrefix("/")
        else {
            throw .invalidField("volumes", value: text, expected: "SOURCE:TARGET, SOURCE:TARGET:ro or SOURCE:TARGET:rw")
        }
        source = parts[0]
        target = parts[1]
        isReadOnly = parts.count == 3 && parts[2] == "ro"
        if source.hasPrefix("/") {
            source = Self.normalized(source)
            if let place = Self.guardedPlace(of: source) { throw .forbiddenMount(source: source, place: place) }
            // The text alone cannot tell: the engine follows links that an agent in a container does not see.
            guard
                roots.map(Self.normalized).contains(where: { $0 == "/" || source == $0 || source.hasPrefix($0 + "/") })
            else {
                throw .hostPath(source)
            }
        } else if !Self.isVolumeName(source) {
            throw .invalidField("volumes", value: text, expected: "an absolute path or a volume's name first")
        }
    }

    /// Places of the host that no run gets, whole or in part.
    private static let guardedPlaces = [
        "/var/run/docker.sock", "/run/docker.sock", "/run/containerd", "/var/run/containerd", "/var/lib/docker",
        "/var/lib/containerd", "/proc", "/sys", "/dev", "/boot", "/etc/docker",
    ]

    /// The guarded place that lies at, above or below `path`; `path` is normalized.
    private static func guardedPlace(of path: String) -> String? {
        if path == "/" { return "/" }
        if path.hasSuffix("/docker.sock") { return path }
        return guardedPlaces.first { $0 == path || $0.hasPrefix(path + "/") || path.hasPrefix($0 + "/") }
    }

    /// The path without `.`, `..` and doubled slashes.
    private static func normalized(_ path: String) -> String {
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }

    private static func isVolumeName(_ text: String) -> Bool {
        guard let first = text.utf8.first, isAlphanumeric(first), text.utf8.count > 1 else { return false }
        return text.utf8.allSatisfy {
            isAlphanumeric($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-")
        }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }
}
