import Glibc
import Synchronization

/// The time zones of a folder of compiled files, such as Debian's package `tzdata` installs.
///
/// A zone is read once: a newer `tzdata` is used after a restart. `UTC` needs no file.
public final class ZoneDatabase: Sendable {
    /// The system's: `TZDIR`, else `/usr/share/zoneinfo`.
    public static let system = ZoneDatabase(folder: getenv("TZDIR").map { String(cString: $0) } ?? standardFolder)

    /// Where the files are.
    public let folder: String
    private let zones = Mutex<[String: ZoneRules]>([:])

    private static let standardFolder = "/usr/share/zoneinfo"

    /// The zones of a folder.
    public init(folder: String) {
        self.folder = folder.isEmpty ? Self.standardFolder : folder
    }

    /// A zone's rules.
    ///
    /// - Parameter name: the IANA's, such as `Europe/London`.
    /// - Throws: ``ZoneProblem`` with the nearest name.
    public func rules(_ name: String) throws(ZoneProblem) -> ZoneRules {
        if name == "UTC" { return .utc }
        if let known = zones.withLock({ $0[name] }) { return known }
        let rules = try find(name)
        zones.withLock { $0[name] = rules }
        return rules
    }

    /// The names of all zones, sorted; empty where there is no such folder.
    public var names: [String] {
        var names: [String] = []
        collect("", depth: 0, into: &names)
        return names.sorted()
    }

    private func find(_ name: String) throws(ZoneProblem) -> ZoneRules {
        guard Self.isName(name), let bytes = Self.bytes(of: "\(folder)/\(name)") else { throw unknown(name) }
        guard let file = ZoneFile(bytes) else {
            throw ZoneProblem("the time zone \(folder)/\(name) cannot be read: expected a compiled file of tzdata")
        }
        return file.rules
    }

    private func unknown(_ name: String) -> ZoneProblem {
        let start = "there is no time zone \"\(name.prefix(80))\": expected a name such as Europe/London"
        guard access(folder, F_OK) == 0 else {
            return ZoneProblem("\(start); \(folder) is not there: install tzdata in the image")
        }
        if let hint = ZoneHint.offset(in: name) { return ZoneProblem("\(start); \(hint)") }
        guard let nearest = ZoneHint.nearest(to: name, in: names) else { return ZoneProblem(start) }
        return ZoneProblem("\(start); did you mean \"\(nearest)\"?")
    }

    /// Whether it may be a name: parts of letters, digits, `_`, `-` and `+`, and none of the copies in `posix` and `right`.
    private static func isName(_ name: String) -> Bool {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        let isPlain = parts.allSatisfy { part in
            !part.isEmpty
                && part.utf8.allSatisfy { byte in
                    (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                        || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+")
                }
        }
        return isPlain && parts.count <= 3 && name.utf8.count <= 80 && name.utf8.first.map { $0 <= 90 } ?? false
    }

    private func collect(_ path: String, depth: Int, into names: inout [String]) {
        guard depth < 3, let stream = opendir("\(folder)/\(path)") else { return }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            let whole = path.isEmpty ? name : "\(path)/\(name)"
            guard Self.isName(whole) else { continue }
            if entry.pointee.d_type == UInt8(DT_DIR) {
                collect(whole, depth: depth + 1, into: &names)
            } else {
                names.append(whole)
            }
        }
    }

    private static func bytes(of path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while bytes.count < 1 << 20 {
            let count = read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return nil }
            if count == 0 { return bytes }
            bytes += chunk[0..<count]
        }
        return nil
    }
}
