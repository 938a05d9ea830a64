/// A folder of a git repository that a run finds beside it.
public struct SourceSpec: Codable, Hashable, Sendable {
    /// The repository: `https://…`, `http://…`, `ssh://…` or `file://…`, without a user or a password.
    public var url: String
    /// The branch, tag or commit; nil = the repository's default branch.
    public var ref: String?
    /// The folder in it; nil = all of it.
    public var path: String?
    /// The `git-credentials` block of whoever reads it; nil = nobody in particular.
    public var credentials: String?

    /// A source.
    public init(url: String, ref: String? = nil, path: String? = nil, credentials: String? = nil) {
        self.url = url
        self.ref = ref
        self.path = path
        self.credentials = credentials
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case url, ref, path, credentials
    }
}
