package import DockerEngine

/// The files of a git source at one commit.
package struct SourceTree: Sendable, Hashable {
    /// The commit's whole name.
    package var commit: String
    /// Its files, folders and links, all within it.
    package var entries: [TarArchive.Entry]

    /// Files at most.
    package static let longestList = 20_000
    /// Bytes of the archive at most.
    package static let size = 128 << 20
    /// Where a container finds it.
    package static let folder = "/opt/orch/source"

    /// Reads what `git archive` printed.
    ///
    /// - Throws: the first entry that leads out of the tree, or is neither a file, nor a folder, nor a link.
    package init(commit: String, archive: [UInt8]) throws(SourceFault) {
        self.commit = commit
        do throws(DockerError) { entries = try TarArchive(decoding: archive).entries } catch {
            throw .unusable("its archive cannot be read: \(error)")
        }
        guard entries.count <= Self.longestList else { throw .unusable("it has more than \(Self.longestList) files") }
        for index in entries.indices {
            let entry = entries[index]
            guard !entry.path.hasPrefix("/"), Self.stays(entry.path, below: []) else {
                throw .unusable("\(entry.path) lies outside of it")
            }
            switch entry.kind {
            case .file: entries[index].mode = entry.mode & 0o111 == 0 ? 0o444 : 0o555
            case .directory: entries[index].mode = 0o755
            case .symlink(let target):
                let folder = entry.path.split(separator: "/").dropLast()
                guard !target.hasPrefix("/"), Self.stays(target, below: Array(folder)) else {
                    throw .unusable("the link \(entry.path) leads out of it, to \(target)")
                }
            case .other: throw .unusable("\(entry.path) is neither a file, nor a folder, nor a link")
            }
            (entries[index].uid, entries[index].gid) = (0, 0)
        }
    }

    /// Whether a path, followed from a folder of the tree, never leaves the tree. Behind a name no `..` is taken: the name may
    /// be a link, and lead up itself.
    static func stays(_ path: String, below folder: [Substring]) -> Bool {
        var depth = folder.count
        var hasName = false
        for part in path.split(separator: "/") where part != "." {
            if part == ".." {
                depth -= 1
                if hasName || depth < 0 { return false }
            } else {
                hasName = true
            }
        }
        return true
    }

    /// The tree as it is put into the root of a container.
    var archive: TarArchive {
        let prefix = Self.folder.dropFirst() + "/"
        let top = TarArchive.Entry(path: String(prefix.dropLast()), kind: .directory, mode: 0o755)
        return TarArchive(
            [top]
                + entries.map { entry in
                    var entry = entry
                    entry.path = prefix + entry.path
                    return entry
                })
    }
}

/// Why a git source cannot be had.
package enum SourceFault: Error, Sendable, Hashable, CustomStringConvertible {
    /// git could not get it, in its own words.
    case unreachable(String)
    /// It is there, and may not be used.
    case unusable(String)
    /// The surrounding task was cancelled.
    case cancelled

    package var description: String {
        switch self {
        case .unreachable(let reason), .unusable(let reason): reason
        case .cancelled: "it was not waited for"
        }
    }
}
