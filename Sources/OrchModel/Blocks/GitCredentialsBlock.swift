/// A user of a git server.
public struct GitCredentialsBlock: Block {
    public static let slug = "git-credentials"
    /// The user's name; nil = `git`, which servers take with a token.
    public var username: String?
    /// The user's token or password.
    public var token: Secret
}
