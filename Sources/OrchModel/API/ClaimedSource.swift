/// A git source with who reads it. Holds a secret: never log it, never keep it.
public struct ClaimedSource: Codable, Hashable, Sendable, CustomStringConvertible {
    public var source: SourceSpec
    /// Who reads it; nil = nobody in particular.
    public var username: String?
    /// That user's token or password.
    public var token: String?

    /// A source, and who reads it.
    public init(_ source: SourceSpec, username: String? = nil, token: String? = nil) {
        self.source = source
        self.username = username
        self.token = token
    }

    /// The source, as people write it.
    public var description: String { source.text }
}

extension SourceSpec {
    /// `URL@REF:PATH`.
    public var text: String { url + (ref.map { "@\($0)" } ?? "") + (path.map { ":\($0)" } ?? "") }

    /// What is wrong with it; nil where nothing is.
    ///
    /// What is given to git by name may not look like an option to it, nor lead out of the repository, and an address holds no
    /// user: it would be seen.
    public var problem: String? {
        let schemes = ["https://", "http://", "ssh://", "file://"]
        guard let scheme = schemes.first(where: url.hasPrefix), url.utf8.count <= 2000, PlainText.isPlain(url) else {
            return "url: expected \(schemes.joined(separator: ", ")) and an address, on one line"
        }
        let host = url.dropFirst(scheme.count).prefix { $0 != "/" }
        if scheme != "ssh://", host.contains("@") {
            return "url: no user and no password in an address: name a git-credentials block in credentials"
        }
        if let ref,
            ref.isEmpty || ref.hasPrefix("-") || ref.contains("..") || !PlainText.isPlain(ref) || ref.contains(":")
                || ref.contains(" ")
        {
            return "ref: expected a branch, a tag or a commit"
        }
        if let path {
            let parts = path.split(separator: "/", omittingEmptySubsequences: false)
            guard !path.isEmpty, !path.hasPrefix("/"), !path.hasPrefix("-"), !parts.contains(".."),
                PlainText.isPlain(path)
            else { return "path: expected a folder of the repository, from its root on" }
        }
        if credentials != nil, !(scheme == "https://" || scheme == "http://") {
            return "credentials: only for https:// and http://"
        }
        return nil
    }
}
