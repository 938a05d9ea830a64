import FoundationEssentials

/// Where an agent keeps the names of the attempts that it launched. What is added survives the end of the process.
package protocol LedgerStorage: Sendable {
    /// The names that are kept. Where there is no storage it is made, all at once, with `first` in it.
    func open(startingWith first: String) throws(AgentError) -> [String]
    /// Keeps a name.
    func add(_ name: String) throws(AgentError)
    /// Keeps a name no longer.
    func remove(_ name: String) throws(AgentError)
}

/// A folder of empty files, one for each name.
struct LedgerFolder: LedgerStorage {
    private let dataDirectory: String
    private var folder: String { dataDirectory + "/attempts" }

    /// The folder `attempts` in `dataDirectory`.
    init(dataDirectory: String) { self.dataDirectory = dataDirectory }

    func open(startingWith first: String) throws(AgentError) -> [String] {
        do {
            if !FileManager.default.fileExists(atPath: folder) {
                // Renamed once it is whole: an agent that is killed meanwhile leaves none.
                let new = folder + ".new"
                try FileManager.default.createDirectory(
                    atPath: new, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
                try Data().write(to: URL(filePath: "\(new)/\(first)"))
                try FileManager.default.moveItem(atPath: new, toPath: folder)
            }
            return try FileManager.default.contentsOfDirectory(atPath: folder)
        } catch {
            throw .dataDirectory(path: dataDirectory, error)
        }
    }

    func add(_ name: String) throws(AgentError) {
        do {
            try Data().write(to: URL(filePath: "\(folder)/\(name)"))
        } catch {
            throw .dataDirectory(path: folder, error)
        }
    }

    func remove(_ name: String) throws(AgentError) {
        do {
            try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
        } catch {
            throw .dataDirectory(path: folder, error)
        }
    }
}
