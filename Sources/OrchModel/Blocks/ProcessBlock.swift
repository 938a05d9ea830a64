/// How a run's process is made; see ``BlockType`` for each field's meaning and default.
public struct ProcessBlock: Block, Hashable, Encodable {
    public static let slug = "process"

    public var command: [String]?
    public var env: [String: String]?
    public var labels: [String: String]?
    public var workingDirectory: String?
    public var streamOutput: Bool?
    public var autoRemove: DockerContainerBlock.RemovePolicy?
    public var stopGraceSeconds: Int?

    /// A block with every default.
    public init() {}

    private enum CodingKeys: String, CodingKey {
        case command, env, labels
        case workingDirectory = "working_dir"
        case streamOutput = "stream_output"
        case autoRemove = "auto_remove"
        case stopGraceSeconds = "stop_grace_seconds"
    }

    /// What a process has in common with a container.
    public var container: DockerContainerBlock {
        var block = DockerContainerBlock()
        block.command = command
        block.env = env
        block.labels = labels
        block.streamOutput = streamOutput
        block.autoRemove = autoRemove
        block.stopGraceSeconds = stopGraceSeconds
        return block
    }
}
