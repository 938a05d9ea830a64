import FoundationEssentials

/// Where an agent keeps the names of the attempts that it launched. What is added survives the end of the process.
package protocol LedgerStorage: Sendable {
    /// The names that are kept, and whether the storage was there before; makes it where it was not.
    func open() throws(AgentError) -> (names: [String], existed: Bool)
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

    func open() throws(AgentError) -> (names: [String], existed: Bool) {
        do {
            let existed = FileManager.default.fileExists(atPath: folder)
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            return (try FileManager.default.contentsOfDirectory(atPath: folder), existed)
        } catch {
            throw .dataDirectory(path: dataDirectory, error)
        }
    }

    func add(_ name: String) throws(AgentError) {
        guard FileManager.default.createFile(atPath: "\(folder)/\(name)", contents: nil) else {
            throw .dataDirectory(path: folder, CocoaError(.fileWriteUnknown))
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
