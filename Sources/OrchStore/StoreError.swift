package import OrchModel

/// What a store refuses.
package enum StoreError: Error, Hashable, Sendable {
    /// The database was written by a newer orch; `unknown` are its migrations that this one does not know.
    case newerSchema(path: String, unknown: [String])
    /// The database could not be opened.
    case unusable(path: String, reason: String)
    /// The disk has no room for what was to be written; nothing of it was kept.
    case full(path: String)
    /// Another program holds the database.
    case locked(path: String)
    /// The database's own structure is broken, or it is no database.
    case damaged(path: String, reason: String)
    /// The database server does not answer, or broke off; `reason` is its own or the driver's.
    case unavailable(address: String, reason: String)
    /// There is no database.
    case missing(path: String)
    /// The database holds none of our tables: somebody else's, or an empty one.
    case foreign(path: String)
    /// There is a folder where a file was expected.
    case folder(path: String)
    /// There is something else than a file, such as a pipe or a device.
    case noFile(path: String)
    /// A file is no sound backup of a store; nothing was changed.
    case noBackup(path: String, reason: String)
    /// There is a file already where one was to be made.
    case exists(path: String)
    /// A stored value is not one that this version writes.
    case corrupt(table: String, column: String, value: String)
    /// A report speaks of a run that is not part of the reported one.
    case foreignRun(String, run: String)
    /// The packed lines of a report cannot be unpacked; nothing of the report was kept.
    case unreadableLines(String)
    /// A run was to be made by one that has ended or is to end.
    case parentEnded(String, state: String)
    /// A run was to be made inside of more runs than may be.
    case nestedTooDeep(String, limit: Int)
    /// A backfill was decided on while so many of its intervals got other runs, or runs of theirs were tried again.
    case intervalsTaken(Int, by: String)
    /// There is no such run.
    case missingRun(String)
    /// Another agent has the name, since a time, and was heard of at another.
    case nameHeld(String, host: String, since: Timestamp, seen: Timestamp)
    /// There is no such work queue; `known` are those that there are.
    case unknownQueue(String, known: [String])
    /// There is a work queue of that name already.
    case queueExists(String)
    /// A work queue cannot be removed while deployments or runs that have not ended name it.
    case queueInUse(String, deployments: [String], runs: Int)
    /// There is no such agent; `known` are those that there are.
    case unknownAgent(String, known: [String])
    /// Two blocks would use one environment variable.
    case variableTaken(String, by: BlockKey)
    /// A block refers to one that does not exist.
    case missingBlock(BlockKey)
    /// A block cannot be removed while others refer to it.
    case blockInUse(BlockKey, by: [BlockKey])
}

extension StoreError {
    /// Whether it is about the whole database and may pass: nothing was changed, and the same may succeed later.
    package var isPassing: Bool {
        switch self {
        case .full, .locked, .unavailable: true
        default: false
        }
    }
}

extension StoreError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .newerSchema(let path, let unknown):
            "the database \(path) was written by a newer orch (it has \(unknown.joined(separator: ", "))): "
                + "run that version, or restore a backup made before the upgrade"
        case .unusable(let path, let reason):
            "the database \(path) cannot be used: \(reason)"
        case .full(let path):
            "the disk of the database \(path) is full: nothing was changed; make room and try again"
        case .locked(let path):
            "another program holds the database \(path): close it and try again"
        case .damaged(let path, let reason):
            "the database \(path) is damaged (\(reason)): stop the server and restore a backup with `orch database restore`"
        case .unavailable(let address, let reason):
            "the database server at \(address) does not answer as it should: \(reason)"
        case .missing(let path):
            "there is no database at \(path): name the data directory with --data, or the backup's file"
        case .foreign(let path):
            "the database \(path) holds none of orch's tables: expected one that a controller made"
        case .folder(let path):
            "\(path) is a folder: expected the path of a file"
        case .noFile(let path):
            "\(path) is no regular file: expected the path of a file that `orch database backup` made"
        case .noBackup(let path, let reason):
            "the file \(path) is no sound backup of an orch database (\(reason)): nothing was changed; name a file that "
                + "`orch database backup` made"
        case .exists(let path):
            "there is a file at \(path) already: name another one, or remove it"
        case .corrupt(let table, let column, let value):
            "the database holds \"\(value)\" in \(table).\(column), which this version cannot read"
        case .foreignRun(let id, let run):
            "run \(id) is not part of run \(run), so a report about the one cannot change the other"
        case .unreadableLines(let reason):
            "the lines of the report cannot be read: \(reason)"
        case .parentEnded(let run, let state):
            "run \(run) is \(state): expected one that goes on, as a run that it makes ends with it"
        case .nestedTooDeep(let run, let limit):
            "run \(run) is inside of \(limit) runs that made each other, and makes no more: does a flow run itself without "
                + "an end?"
        case .intervalsTaken(let count, let run):
            "runs such as \(run) were made or tried again for \(count) of the intervals while the backfill was made: nothing was "
                + "changed; ask again, with a dry run first"
        case .missingRun(let run):
            "there is no run \(run)"
        case .nameHeld(let name, let host, let since, let seen):
            "the name \"\(name)\" is held by another agent, on host \(host) since \(since), last heard of at \(seen): give "
                + "this one a name of its own (`orch agent start --name NAME`), or stop the other one"
        case .unknownQueue(let name, let known):
            WorkQueueRules.unknown(name, known: known)
        case .queueExists(let name):
            "there is a work queue \"\(name)\" already: `orch work-queue inspect \(name)` shows it"
        case .queueInUse(let name, let deployments, let runs):
            "the work queue \"\(name)\" cannot be removed: "
                + (deployments.isEmpty
                    ? "" : "\(deployments.joined(separator: ", ")) \(deployments.count == 1 ? "names" : "name") it")
                + (runs == 0
                    ? ""
                    : "\(deployments.isEmpty ? "" : ", and ")\(runs) of its runs \(runs == 1 ? "has" : "have") not ended")
        case .unknownAgent(let name, let known):
            "there is no agent \(PlainText.quoted(name))\(NearestName.nearest(to: name, in: known, limit: 1).first.map { ": did you mean \"\($0)\"?" } ?? ""): "
                + "`orch agent ls` lists all"
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
