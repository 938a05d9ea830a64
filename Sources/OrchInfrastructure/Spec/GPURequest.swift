/// Which GPUs a container asks for.
package enum GPURequest: Sendable, Hashable {
    case all
    /// So many of them.
    case count(Int)
    /// Those of the driver's names.
    case devices([String])

    /// Reads `all`, `2`, `device=0,1`; nil where it is none of them.
    ///
    /// Source: <https://docs.docker.com/reference/cli/docker/container/run/#gpus>
    package init?(_ text: String) {
        let start = "device="
        if text == "all" {
            self = .all
        } else if let count = Int(text), count > 0 {
            self = .count(count)
        } else if text.hasPrefix(start) {
            let names = text.dropFirst(start.count).split(separator: ",", omittingEmptySubsequences: false)
            guard !names.contains(where: \.isEmpty) else { return nil }
            self = .devices(names.map(String.init))
        } else {
            return nil
        }
    }
}

/// A limit of a container's process.
package struct UlimitRequest: Sendable, Hashable {
    /// Such as `nofile`.
    package var name: String
    package var soft: Int64
    package var hard: Int64

    /// The names that the engine takes.
    package static let names = [
        "core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile", "nproc", "rss", "rtprio",
        "rttime", "sigpending", "stack",
    ]

    /// Reads `SOFT[:HARD]`, where -1 = no limit; nil where it is none.
    package init?(name: String, _ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Int64($0) }
        guard parts.count <= 2, let soft = parts.first ?? nil, let hard = parts.last ?? nil, soft >= -1, hard >= -1,
            hard == -1 || (soft != -1 && soft <= hard)
        else { return nil }
        (self.name, self.soft, self.hard) = (name, soft, hard)
    }
}
