package import OrchModel

/// A run's container, decided to the last field before anything is sent.
///
/// Environment values can be secret: no description of a spec shows one.
package struct ContainerSpec: Sendable, Hashable {
    /// `orch-<run>-<attempt>`: the same attempt always meets the same name.
    package var name: String
    package var image: String
    /// Arguments; empty = the image's own command.
    package var command: [String]
    /// Variables by name, values secret.
    package var environment: [String: String]
    package var labels: [String: String]
    /// The mode: `bridge`, `host`, `none`, or the name of the first network.
    package var network: String
    /// Networks joined after creation and before the start.
    package var furtherNetworks: [String]
    package var extraHosts: [String]
    package var mounts: [BindMount]
    /// Paths to options, kept in memory.
    package var tmpfs: [String: String]
    /// Limits in bytes; nil = none.
    package var memory: Int64?
    /// Memory and swap together, in bytes; -1 = no limit, nil = the engine's default.
    package var memorySwap: Int64?
    /// Size of /dev/shm in bytes; nil = the engine's default.
    package var sharedMemory: Int64?
    /// Billionths of a CPU; nil = no limit.
    package var nanoCPUs: Int64?
    /// The largest number of processes and threads.
    package var pidsLimit: Int64
    /// `uid[:gid]`; nil = the image's.
    package var user: String?
    package var isReadOnly: Bool
    /// Such as `linux/arm64`; nil = the engine's own.
    package var platform: String?
    /// Who pulls the image; nil = nobody.
    package var registryLogin: RegistryLogin?
    package var pullPolicy: DockerContainerBlock.PullPolicy
    package var removePolicy: DockerContainerBlock.RemovePolicy
    /// From SIGTERM to SIGKILL.
    package var stopGrace: Duration
    /// GPUs, as `docker run --gpus` takes them; nil = none.
    package var gpus: GPURequest?
    /// Limits of the process by name, soft and hard.
    package var ulimits: [UlimitRequest] = []
    /// How long a pull may make no progress, and how long it may take; nil = the defaults.
    package var pullIdle: Duration?
    package var pullLimit: Duration?
    /// Files that it finds beside it, and is told of by `ORCH_SOURCE_DIR`; nil = none.
    package var source: SourceTree?
    /// Where a process works; nil = its scratch folder, and of a container always.
    package var workingDirectory: String?

    /// The longest environment string, its name, `=` and closing NUL included: one page less than the kernel's limit
    /// would be guessed at, so it is exactly the kernel's `MAX_ARG_STRLEN`.
    ///
    /// Source: <https://man7.org/linux/man-pages/man2/execve.2.html>
    package static let longestVariable = 128 * 1024
    /// Processes and threads where the block names no limit.
    package static let defaultPidsLimit = 4096
    /// Seconds from SIGTERM to SIGKILL where the block names none.
    package static let defaultStopGrace = 30
}

extension ContainerSpec: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Name, image and the names of the variables.
    package var description: String {
        "container \(name) of \(image), network \(network), variables \(environment.keys.sorted().joined(separator: " "))"
    }

    /// The same as `description`.
    package var debugDescription: String { description }

    /// Shows no member, for `dump` would print values.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
