/// What a store refuses.
package enum StoreError: Error, Hashable, Sendable {
    /// The database was written by a newer orch; `unknown` are its migrations that this one does not know.
    case newerSchema(path: String, unknown: [String])
    /// The database could not be opened.
    case unusable(path: String, reason: String)
    /// A stored value is not one that this version writes.
    case corrupt(table: String, column: String, value: String)
    /// A report speaks of a run that is not part of the reported one.
    case foreignRun(String, run: String)
    /// Two blocks would use one environment variable.
    case variableTaken(String, by: BlockKey)
    /// A block refers to one that does not exist.
    case missingBlock(BlockKey)
    /// A block cannot be removed while others refer to it.
    case blockInUse(BlockKey, by: [BlockKey])
}

extension StoreError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .newerSchema(let path, let unknown):
            "the database \(path) was written by a newer orch (it has \(unknown.joined(separator: ", "))): "
                + "run that version, or restore a backup made before the upgrade"
        case .unusable(let path, let reason):
            "the database \(path) cannot be used: \(reason)"
        case .corrupt(let table, let column, let value):
            "the database holds \"\(value)\" in \(table).\(column), which this version cannot read"
        case .foreignRun(let id, let run):
            "run \(id) is not part of run \(run), so a report about the one cannot change the other"
        case .variableTaken(let variable, let other):
            "the block \(other) uses the environment variable \(variable) already: choose a name that differs in more "
                + "than upper case and punctuation"
        case .missingBlock(let key):
            "there is no block \(key): create it first with `orch block create \(key.type) \(key.name)`"
        case .blockInUse(let key, let users):
            "the block \(key) cannot be removed: \(users.map(\.description).joined(separator: ", ")) refers to it"
        }
    }
}
