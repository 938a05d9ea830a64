import OrchModel

extension AttemptRun {
    /// Fills holes of the run stream from the program's journal, as far as that goes.
    ///
    /// - Throws: where the engine cannot be reached; an engine that cannot give the files has none.
    func fillFromJournal(_ id: String, toEnd: Bool) async throws(EngineFault) {
        let report = await collector.fill(from: try await journalFiles(id), toEnd: toEnd)
        if !report.isEmpty { await reporting.add(report) }
    }

    /// Keeps the journal as it is now: by the time that all has been read again up to a hole, a program that writes much
    /// may have overwritten the lines that fill it.
    func keepJournal(_ id: String) async throws(EngineFault) {
        guard await collector.mayLackLines else { return }
        await collector.keep(try await journalFiles(id))
    }

    private func journalFiles(_ id: String) async throws(EngineFault) -> [[UInt8]] {
        var files: [[UInt8]] = []
        for folder in StreamJournal.folders where files.isEmpty {
            for path in StreamJournal.paths(in: folder, run: claimed.runID, attempt: claimed.attempt) {
                if let bytes = try await journalFile(path, in: id) { files.append(bytes) }
            }
        }
        return files
    }

    private func journalFile(_ path: String, in id: String) async throws(EngineFault) -> [UInt8]? {
        // One that is emptied while it is read comes as a damaged archive.
        for _ in 0..<3 {
            do throws(EngineFault) {
                return try await engine.file(path, in: id, limit: StreamJournal.fileBytes)
            } catch {
                switch error {
                case .unreachable, .cancelled: throw error
                case .malformed: continue
                case .noSuchImage, .nameInUse, .notFound, .pull, .refused: return nil
                }
            }
        }
        return nil
    }
}
