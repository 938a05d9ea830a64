import OrchClient
import OrchModel

/// Shows how far a backfill is, until it has ended.
struct BackfillFollower {
    let client: OrchClient
    let output: Output

    /// From one look to the next.
    private static let interval = Duration.seconds(1)
    /// The same while the API is away.
    private static let patience = Duration.seconds(3)

    /// Follows; the exit code says what came of it.
    func follow(_ backfill: Backfill) async throws {
        let isBar = output.form != .json && FileHandles.isTerminal
        let quiet = output.form == .json
        let status = isBar ? StatusLine { FileHandles.writeOut($0) } : nil
        if !quiet {
            FileHandles.writeOut(
                "Backfill \(backfill.id.short) of \(backfill.fullName): \(backfill.total) runs, \(backfill.limit) at once\n"
            )
        }
        let interrupts = Signals.interrupts()
        let ended: BackfillReply? = try await withThrowingTaskGroup(of: BackfillReply?.self) { group in
            group.addTask { () async throws -> BackfillReply? in
                try await look("\(backfill.id)", status: status, quiet: quiet)
            }
            group.addTask { () async throws -> BackfillReply? in
                for await _ in interrupts { break }
                return nil
            }
            defer { group.cancelAll() }
            guard let first = try await group.next() else { return nil }
            return first
        }
        status?.show(nil)
        guard let ended, let last = ended.backfill else {
            FileHandles.writeError(
                "\nDetached; the backfill goes on. Follow it: orch backfill follow \(backfill.id.short)   "
                    + "End it: orch backfill cancel \(backfill.id.short)\n")
            throw Ending(code: .detached)
        }
        try output.show(ended) { BackfillSummary.text($0) }
        switch last.status {
        case .completed, .running, .paused: return
        case .cancelled: throw Ending(code: .cancelled)
        case .failed: throw Ending(code: .failed)
        }
    }

    private func say(_ remark: String, above status: StatusLine?) {
        if let status { status.above { FileHandles.writeError(remark) } } else { FileHandles.writeError(remark) }
    }

    private func look(_ id: String, status: StatusLine?, quiet: Bool) async throws -> BackfillReply {
        var told = ""
        var isAway = false
        while true {
            let reply: BackfillReply
            do {
                reply = try await client.backfill(id)
            } catch {
                guard error.isTransient, !error.isCancellation else { throw error }
                if !isAway { say("The API is away (\(error)); the backfill goes on, trying again.\n", above: status) }
                isAway = true
                try await Task.sleep(for: Self.patience)
                continue
            }
            if isAway { say("The API answers again.\n", above: status) }
            isAway = false
            guard let backfill = reply.backfill else { return reply }
            let line = BackfillSummary.line(backfill)
            if let status {
                status.show(line)
            } else if !quiet, line != told {
                FileHandles.writeOut(line + "\n")
            }
            told = line
            if backfill.open == 0 { return reply }
            try await Task.sleep(for: Self.interval)
        }
    }
}
