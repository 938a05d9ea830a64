import OrchModel

/// What a supervised process has printed, from its spool files.
struct SpoolOutput: ContainerOutput {
    private final class Readers {
        var stdout: SpoolReader
        var stderr: SpoolReader

        init(_ stdout: consuming SpoolReader, _ stderr: consuming SpoolReader) {
            self.stdout = stdout
            self.stderr = stderr
        }
    }

    private let readers: Readers
    private let watch: FolderWatch.Folder
    /// Whether nothing is written any more; nil where nobody follows.
    private let hasEnded: (@Sendable () throws(EngineFault) -> Bool)?
    private var isDone = false

    /// - Parameter hasEnded: whether the process has ended; nil to read what there is now.
    init(
        _ stdout: consuming SpoolReader, _ stderr: consuming SpoolReader, watch: FolderWatch.Folder,
        hasEnded: (@Sendable () throws(EngineFault) -> Bool)?
    ) {
        readers = Readers(stdout, stderr)
        self.watch = watch
        self.hasEnded = hasEnded
    }

    mutating func next() async throws(EngineFault) -> [OutputLine]? {
        guard !isDone else { return nil }
        while true {
            if Task.isCancelled { throw .cancelled }
            let seen = watch.count
            // Asked before the files are read: what is written before the end is read then.
            let isLast = try hasEnded?() ?? true
            let lines = try some()
            if !lines.isEmpty { return lines }
            if isLast {
                isDone = true
                let rest = readers.stdout.rest() + readers.stderr.rest()
                return rest.isEmpty ? nil : rest
            }
            do { try await watch.wait(beyond: seen) } catch { throw .cancelled }
        }
    }

    /// Lines of both files; none where there is nothing new. A part of a line is none yet, and more is read then.
    private func some() throws(EngineFault) -> [OutputLine] {
        var lines: [OutputLine] = []
        var hasMore = true
        while lines.isEmpty, hasMore {
            let (out, errors) = (try readers.stdout.next(), try readers.stderr.next())
            hasMore = out != nil || errors != nil
            lines = (out ?? []) + (errors ?? [])
        }
        return lines
    }
}
