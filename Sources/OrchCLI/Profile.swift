import FoundationEssentials
import OrchModel

#if canImport(Glibc)
import Glibc
#endif

/// An address of a controller and a token for it, kept under a name in a file that only its owner reads.
struct Profile: Sendable {
    /// The name of the profile that is used where none is chosen.
    static let fallback = "default"

    var name: String
    var url: String
    /// Where the token is; nil for one kept in the profile itself.
    var tokenFile: String?
    var token: Secret?

    /// The token: its own, or the file's first line.
    func readToken() throws -> Secret {
        if let token { return token }
        guard let tokenFile else {
            throw Message(
                .unreachable,
                "profile \(name) has no token; make it again: orch profile create \(name) --url \(url) --token-stdin")
        }
        return try Self.readToken(from: tokenFile, of: "the profile \(name)'s token file")
    }

    /// The token in a file: its first line.
    ///
    /// - Parameter file: what the file is called in errors.
    static func readToken(from path: String, of file: String = "the token file") throws -> Secret {
        let text: String
        do {
            text = try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw Message(
                .usage,
                "cannot read \(file) \(path): \(PrivateFile.reason(error)). Expected the token in its first line; a "
                    + "controller keeps its own in admin.token in its data directory")
        }
        let token = text.prefix { !$0.isNewline }
        guard !token.isEmpty else {
            throw Message(.unreachable, "\(file) \(path) is empty: expected the token in its first line")
        }
        return Secret(String(token))
    }
}

/// The profiles of this user: one JSON file each under `$ORCH_HOME/profiles`, and the name of the chosen one.
struct ProfileFolder: Sendable {
    /// `$ORCH_HOME`, or `~/.orch`.
    var home: String

    init(home: String? = nil) {
        let environment = ProcessInfo.processInfo.environment
        self.home =
            home ?? environment["ORCH_HOME"].flatMap { $0.isEmpty ? nil : $0 }
            ?? ((environment["HOME"] ?? ".") + "/.orch")
    }

    private struct Stored: Codable {
        var url: String
        var token: String?
        var tokenFile: String?
    }

    private var folder: String { home + "/profiles" }
    private func path(_ name: String) -> String { "\(folder)/\(name).json" }
    private var activePath: String { folder + "/active" }

    /// The names of all profiles, sorted.
    func names() -> [String] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return files.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.sorted()
    }

    /// The chosen profile's name: `$ORCH_PROFILE`, the one of `orch profile use`, or `default`.
    var activeName: String {
        if let name = ProcessInfo.processInfo.environment["ORCH_PROFILE"], !name.isEmpty { return name }
        let text = (try? String(contentsOfFile: activePath, encoding: .utf8)) ?? ""
        let name = text.prefix { !$0.isNewline }
        return name.isEmpty ? Profile.fallback : String(name)
    }

    /// The profile called `name`, or the chosen one; nil where there is none of that name.
    func load(_ name: String?) throws -> Profile? {
        let name = name ?? activeName
        guard FileManager.default.fileExists(atPath: path(name)) else { return nil }
        do {
            let data = try Data(contentsOf: URL(filePath: path(name)))
            let stored = try JSONDecoder().decode(Stored.self, from: data)
            return Profile(
                name: name, url: stored.url, tokenFile: stored.tokenFile, token: stored.token.map { Secret($0) })
        } catch {
            throw Message(.usage, "the profile file \(path(name)) cannot be read: \(error)")
        }
    }

    /// Writes a profile, readable by its owner alone, whole or not at all.
    func save(_ profile: Profile) throws {
        guard BlockEnvironment.isValid(name: profile.name) else {
            throw Message(.usage, "\"\(profile.name)\" is no profile name: expected letters, digits, -, _ and .")
        }
        try makeFolder()
        let stored = Stored(url: profile.url, token: profile.token?.reveal(), tokenFile: profile.tokenFile)
        try PrivateFile.write(try JSONEncoder().encode(stored), to: path(profile.name))
    }

    /// Chooses the profile that is used where none is named.
    func use(_ name: String) throws {
        guard names().contains(name) else {
            let nearest = NearestName.nearest(to: name, in: names())
            throw Message(
                .usage,
                "there is no profile \(name)"
                    + (nearest.isEmpty ? "" : "; did you mean \(nearest.joined(separator: " or "))?"))
        }
        try PrivateFile.write(Data((name + "\n").utf8), to: activePath)
    }

    /// Removes a profile.
    func delete(_ name: String) throws {
        guard names().contains(name) else { throw Message(.usage, "there is no profile \(name)") }
        try FileManager.default.removeItem(atPath: path(name))
    }

    private func makeFolder() throws {
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }
}

/// Files that only their owner may read, replaced whole.
enum PrivateFile {
    /// From now on no file this process makes can be read by others, a database among them.
    static func keepNewFilesPrivate() { umask(0o077) }

    /// Why a file could not be read, in the system's words.
    static func reason(_ error: any Error) -> String {
        switch (error as? CocoaError)?.code {
        case .fileReadNoSuchFile?, .fileNoSuchFile?: "there is no such file"
        case .fileReadNoPermission?: "permission denied"
        case .fileReadInapplicableStringEncoding?, .fileReadCorruptFile?: "it is no text"
        default: "it cannot be opened as a file"
        }
    }

    /// Writes `data` under another name beside `path`, mode 0600, and renames it into place.
    static func write(_ data: Data, to path: String) throws {
        let temporary = path + ".new-\(getpid())"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw Message(.failed, "cannot write \(temporary): \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        let written = data.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        guard written == data.count, fsync(descriptor) == 0, rename(temporary, path) == 0 else {
            let reason = String(cString: strerror(errno))
            unlink(temporary)
            throw Message(.failed, "cannot write \(path): \(reason)")
        }
    }
}
