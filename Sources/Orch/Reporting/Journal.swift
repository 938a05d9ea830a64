import Glibc

/// The last megabytes of the run stream, kept in two files that take turns; see ``StreamJournal``.
///
/// It is written before the stream is: a line that never got out of the container is in it as well.
struct Journal {
    private let files: [Int32]
    private let limit: Int
    private var current = 0
    private var size = 0
    private var isBroken = false

    /// Begins a journal in the first folder that will do; `nil` where none does.
    ///
    /// A folder in memory will not do: the engine's archive API does not see a tmpfs, neither while the container runs
    /// nor later.
    init?(folders: [String], run: Identifier, attempt: Int, limit: Int = StreamJournal.fileBytes) {
        for folder in folders {
            guard !MemoryMounts.hold(folder),
                let files = Self.create(StreamJournal.paths(in: folder, run: run, attempt: attempt))
            else { continue }
            self.files = files
            self.limit = limit
            return
        }
        return nil
    }

    /// Adds a line with its newline. A disk that is full ends the journal, not the run.
    mutating func append(_ line: [UInt8]) {
        guard !isBroken else { return }
        if size + line.count > limit {
            current = 1 - current
            size = 0
            isBroken = ftruncate(files[current], 0) != 0 || lseek(files[current], 0, SEEK_SET) != 0
        }
        size += line.count
        if !isBroken { isBroken = !Descriptor.write(line, to: files[current]) }
    }

    /// Closes the files, which stay for the agent.
    func close() {
        for file in files { Glibc.close(file) }
    }

    private static func create(_ paths: [String]) -> [Int32]? {
        var files: [Int32] = []
        for path in paths {
            // A file that is there already is somebody else's, or a link to one.
            let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
            guard file >= 0 else { break }
            files.append(file)
        }
        if files.count == paths.count { return files }
        for (file, path) in zip(files, paths) {
            Glibc.close(file)
            unlink(path)
        }
        return nil
    }
}
