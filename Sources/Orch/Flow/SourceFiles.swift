import FoundationEssentials

/// The files of the git source that a deployment names (`--source git URL@REF:PATH`), as they were at one commit.
public struct SourceFiles: Sendable, Hashable {
    /// Where they are.
    public let directory: String
    /// The commit's whole name; nil for a folder that is no source of a run, as in a program that is run by hand.
    public let commit: String?

    /// The files in a folder. In a test of a flow, or by hand, it is any folder.
    public init(directory: String, commit: String? = nil) {
        self.directory = directory
        self.commit = commit
    }

    /// The bytes of a file.
    ///
    /// - Parameter path: from the source's folder on, such as `sql/rides.sql`.
    /// - Throws: ``SourceFileError`` where the path leads out of the folder, or the file cannot be read.
    public func bytes(_ path: String) throws(SourceFileError) -> [UInt8] {
        guard !path.hasPrefix("/"), !path.split(separator: "/").contains("..") else {
            throw SourceFileError(path: path, reason: "expected a path from the source's folder on, without ..")
        }
        do {
            return Array(try Data(contentsOf: URL(filePath: "\(directory)/\(path)")))
        } catch {
            throw SourceFileError(path: path, reason: "it cannot be read in \(directory): \(error)")
        }
    }

    /// The text of a file.
    ///
    /// - Throws: as ``bytes(_:)``, and where the file is no UTF-8.
    public func text(_ path: String) throws(SourceFileError) -> String {
        guard let text = String(validating: try bytes(path), as: UTF8.self) else {
            throw SourceFileError(path: path, reason: "it is no UTF-8 text")
        }
        return text
    }
}

/// Why a file of a run's source cannot be had.
public struct SourceFileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file's path, as it was asked for; empty where there is no source.
    public var path: String
    /// What was wrong.
    public var reason: String

    /// Both.
    public var description: String { path.isEmpty ? reason : "the source's file \(path): \(reason)" }
}

extension FlowContext {
    /// The files of the run's git source, told by `ORCH_SOURCE_DIR` and `ORCH_SOURCE_COMMIT`.
    ///
    /// - Throws: ``SourceFileError`` where the run has none.
    public var source: SourceFiles {
        get throws(SourceFileError) {
            let variables = ProcessInfo.processInfo.environment
            guard let directory = variables["ORCH_SOURCE_DIR"], !directory.isEmpty else {
                throw SourceFileError(
                    path: "",
                    reason: "the run has no source: name one with `orch deploy --source git URL@REF:PATH`, or set "
                        + "ORCH_SOURCE_DIR where the program is run by hand")
            }
            return SourceFiles(directory: directory, commit: variables["ORCH_SOURCE_COMMIT"])
        }
    }
}
