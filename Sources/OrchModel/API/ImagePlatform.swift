/// What an image is built for, and what the host is that it lies on.
public struct ImagePlatform: Codable, Hashable, Sendable {
    /// Such as `linux/arm64`.
    public var image: String
    /// Such as `linux/amd64`.
    public var host: String

    /// Two platforms.
    public init(image: String, host: String) {
        self.image = image
        self.host = host
    }

    /// Why containers of the image would not start; nil where they would. A variant (`linux/arm64/v8`) is not compared where one
    /// side names none.
    ///
    /// - Parameter wanted: the block's platform; nil = the host's.
    public func problem(wanted: String?) -> String? {
        let (have, need) = (image.split(separator: "/"), (wanted ?? host).split(separator: "/"))
        guard !zip(have, need).allSatisfy({ $0 == $1 }) else { return nil }
        return wanted.map { "it is built for \(image), and docker-container.platform is \($0)" }
            ?? "it is built for \(image), and the agent's host is \(host)"
    }
}
