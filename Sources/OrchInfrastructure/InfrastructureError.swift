import OrchModel

/// Why a run's container could not be made, or what runs under its name is not ours.
package enum InfrastructureError: Error, Sendable, Hashable {
    /// A field of the container block holds what cannot be used.
    case invalidField(_ field: String, value: String, expected: String)
    /// A block sets a name that orch keeps for itself.
    case reservedName(field: String, name: String, prefix: String)
    /// Two sources give the same variable.
    case duplicateVariable(name: String)
    /// A variable's value holds a NUL byte, which no environment can carry.
    case nulInVariable(name: String)
    /// A variable is longer than the kernel takes; the value is not shown.
    case variableTooLong(name: String, bytes: Int, limit: Int)
    /// A mount would hand the host to the container.
    case forbiddenMount(source: String, place: String)
    /// A path of the host that its agent does not allow.
    case hostPath(String)
    /// The name is in use by a container that is not this attempt's.
    case foreignContainer(name: String, id: String)
    /// The image is not on the engine's host and may not be, or could not be, pulled.
    case image(ImageFailure)
}

extension InfrastructureError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .invalidField(let field, let value, let expected):
            "docker-container.\(field): expected \(expected), got \"\(value)\""
        case .reservedName(let field, let name, let prefix):
            "docker-container.\(field): \(name) is refused, names that start with \(prefix) are orch's own"
        case .duplicateVariable(let name):
            "the variable \(name) is given twice: rename one of the blocks"
        case .nulInVariable(let name):
            "the variable \(name) holds a NUL byte, which no environment can carry"
        case .variableTooLong(let name, let bytes, let limit):
            "the variable \(name) takes \(bytes) bytes, the kernel's limit is \(limit): pass large values by the lake"
        case .forbiddenMount(let source, let place):
            "docker-container.volumes: \(source) is not mounted, as \(place) gives control of the host"
        case .hostPath(let source):
            "docker-container.volumes: \(source) is a path of the host, and this agent allows none there: use a named "
                + "volume, or start the agent with --allow-bind for a folder that holds it"
        case .foreignContainer(let name, let id):
            "the name \(name) is in use by container \(id.prefix(12)), which does not carry this attempt's labels: "
                + "remove or rename that container"
        case .image(let failure):
            failure.description
        }
    }
}
