import ArgumentParser
import OrchClient
import OrchModel

extension FlowRuns {
    /// `orch flow-run logs`.
    struct Logs: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "logs",
            abstract: "Prints a run's log.",
            discussion: """
                Where a run has several attempts, a line tells where one begins. JSON is a list of records, and with -f
                one record a line.

                Examples:
                  orch flow-run logs docker-flow-4f2b9c11
                  orch flow-run logs -f docker-flow-4f2b9c11 --tail 20
                  orch flow-run logs docker-flow-4f2b9c11 --level warning --since 10m --grep "rows"
                  orch flow-run logs -f docker-flow-4f2b9c11 -o json | jq -r .message

                Exit codes: 0 all was printed (with -f to the end of the run, whatever that was), 2 usage or no such run, \
                5 API unreachable or refused.
                """)

        @Argument(help: "The run.") var run: String
        @Flag(name: [.customShort("f"), .long], help: "Go on until the run ends.") var follow = false
        @Option(help: "Only this level and above: debug, info, warning, error, critical.") var level: String?
        @Option(help: "Only lines of this time on: 2020-07-01T08:00:00Z, or so long ago: 90s, 10m, 2h, 1d.")
        var since: String?
        @Option(
            parsing: .unconditional, help: "Only the last so many lines, 1 to 10000; with -f, of those so far.",
            transform: Self.tail)
        var tail: Int?
        @Option(help: "Only lines that hold this text, in just this case.") var grep: String?
        @OptionGroup var connection: Connection
        @OptionGroup var output: Output

        func validate() throws { _ = try filter(at: .now()) }

        func run() async throws {
            let client = try connection.client()
            let found = try await client.run(run)
            let filter = try filter(at: .now())
            let printer = FollowPrinter(
                coloured: FileHandles.isColoured, escapesControls: FileHandles.isTerminal, showsStates: false)
            var headings = AttemptHeadings(found)
            guard follow else { return try await show(found, filter, client, printer, &headings) }
            var start: Int64 = 0
            if let tail {
                let page = try await client.logs(of: found.id.description, filter: filter, tail: tail)
                if output.form == .json {
                    for record in page.records { FileHandles.writeOut(try Output.jsonLine(record)) }
                } else {
                    FileHandles.writeOut(await text(page.records, of: found, client, printer, &headings))
                }
                start = page.records.last?.position ?? 0
            }
            let follower = RunFollower(
                client: client, form: output.form == .json ? .jsonLines : .text(printer),
                write: { FileHandles.writeOut($0) }, remark: { FileHandles.writeError($0) }, filter: filter,
                status: FileHandles.isTerminal && output.form != .json
                    ? StatusLine { FileHandles.writeOut($0) } : nil)
            _ = try await follower.follow(found, after: start, headings: headings)
        }

        private func show(
            _ run: FlowRun, _ filter: LogFilter, _ client: OrchClient, _ printer: FollowPrinter,
            _ headings: inout AttemptHeadings
        ) async throws {
            var records: [LogRecord] = []
            var after: Int64? = 0
            while let position = after {
                let page = try await client.logs(
                    of: run.id.description, after: position, limit: 5000, filter: filter, tail: tail)
                after = page.next
                if output.form == .json {
                    records += page.records
                } else {
                    FileHandles.writeOut(await text(page.records, of: run, client, printer, &headings))
                }
            }
            if output.form == .json { try output.show(records) { _ in "" } }
        }

        private func text(
            _ records: [LogRecord], of run: FlowRun, _ client: OrchClient, _ printer: FollowPrinter,
            _ headings: inout AttemptHeadings
        ) async -> String {
            var text = ""
            for record in records {
                text +=
                    await headings.heading(before: record) {
                        // A heading without the agent is better than none.
                        (try? await client.attempts(of: run.id.description)) ?? []
                    } ?? ""
                text += printer.line(for: record)
            }
            return text
        }

        /// The number of lines of `--tail`.
        static func tail(_ text: String) throws -> Int {
            guard let lines = Int(text), (1...10_000).contains(lines) else {
                throw ValidationError("expected a number of lines from 1 to 10000")
            }
            return lines
        }

        private func filter(at now: Timestamp) throws -> LogFilter {
            var filter = LogFilter(containing: grep)
            if let level {
                guard let known = LogRecord.Level(label: level) else {
                    throw ValidationError(
                        "--level: expected debug, info, warning, error or critical, got \"\(level)\"")
                }
                filter.level = known
            }
            if let since {
                guard let time = Timestamp(since: since, at: now) else {
                    throw ValidationError(
                        "--since: expected a time such as 2020-07-01T08:00:00Z or 90s, 10m, 2h, 1d, got \"\(since)\"")
                }
                filter.since = time
            }
            return filter
        }
    }
}

extension LogRecord.Level {
    /// The level called `label`, in any case.
    init?(label: String) {
        guard let level = Self.allCases.first(where: { $0.label == label.uppercased() }) else { return nil }
        self = level
    }
}

extension Timestamp {
    /// A time as people type it: RFC 3339, or how long before `now`: `90s`, `10m`, `2h`, `1d`.
    init?(since text: String, at now: Timestamp) {
        if let time = Timestamp(text) {
            self = time
            return
        }
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        guard let unit = text.last.flatMap({ units[$0] }), let count = Int64(text.dropLast()),
            (0...1_000_000).contains(count)
        else { return nil }
        self = now + .seconds(-count * unit)
    }
}
