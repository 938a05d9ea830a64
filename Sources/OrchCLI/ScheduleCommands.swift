import ArgumentParser
import OrchClient
import OrchModel

/// `orch schedule`, and the same as `orch deployment schedule`.
struct Schedules: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schedule", abstract: "Has deployments run by themselves, and shows what became of their slots.",
        discussion: """
            A schedule belongs to a deployment and is called DEPLOYMENT/SCHEDULE. Each of its slots is a time that the clocks \
            of its zone show; a slot makes one run, or none and says why. The run of a slot is about the data from the slot \
            before to its own.

            Examples:
              orch schedule create docker-flow --slug monthly --cron '0 7 2 * *' --timezone Europe/Berlin
              orch schedule preview '30 2 * * *' --timezone Europe/Berlin --count 5
              orch schedule slots docker-flow/monthly
            """,
        subcommands: [
            ScheduleCreate.self, List.self, Inspect.self, Pause.self, Resume.self, Delete.self,
            SchedulePreviewCommand.self,
            Slots.self,
        ], aliases: ["schedules"])

    /// `orch schedule ls`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ls", abstract: "Lists schedules and when they fire next.",
            discussion: """
                Examples:
                  orch schedule ls
                  orch schedule ls docker-flow -o json

                One whose record cannot be read, as a newer version wrote it or something damaged it, is shown with what is wrong.
                Exit codes: 0 listed, 1 at least one cannot be read, 2 usage, 5 API unreachable.
                """)
        @Argument(help: "Those of this deployment alone.") var deployment: String?
        @OptionGroup var connection: Connection
        @OptionGroup var output: Output

        func run() async throws {
            let found = try await connection.client().scheduleList(ofDeployment: deployment)
            try output.show(found, table: ScheduleText.list)
            for case .unreadable(let schedule) in found {
                FileHandles.writeError(
                    "Warning: \(TerminalText.harmless("\(schedule.fullName) (\(schedule.id)): \(schedule.problem)"))\n")
            }
            if found.contains(where: { $0.readable == nil }) { throw Ending(code: .failed) }
        }
    }

    /// `orch schedule inspect`.
    struct Inspect: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "inspect", abstract: "Shows a schedule, its policies and its next slot.",
            discussion: "Example: orch schedule inspect docker-flow/monthly")
        @Argument(help: ScheduleText.argument) var schedule: String
        @OptionGroup var connection: Connection
        @OptionGroup var output: Output

        func run() async throws {
            try output.show(try await connection.client().schedule(named: schedule)) { ScheduleText.summary($0) }
        }
    }

    /// `orch schedule pause`.
    struct Pause: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "pause", abstract: "Pauses a schedule: its slots make no runs until it is resumed.",
            discussion: "Example: orch schedule pause docker-flow/monthly --reason 'the source is being moved'")
        @Argument(help: ScheduleText.argument) var schedule: String
        @Option(help: "Why.") var reason: String?
        @OptionGroup var connection: Connection
        @OptionGroup var output: Output

        func run() async throws {
            let client = try connection.client()
            let known = try await client.schedule(named: schedule)
            let changed = try await client.pauseSchedule(known.id, SchedulePause(isPaused: true, reason: reason))
            try output.show(changed) { "\(TerminalText.harmless($0.fullName)): \(ScheduleText.state($0))\n" }
        }
    }

    /// `orch schedule resume`.
    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "resume", abstract: "Lets a paused schedule go on.",
            discussion: """
                Slots that passed meanwhile are dealt with as its policy for missed slots says.
                Examples:
                  orch schedule resume docker-flow/monthly
                  orch schedule resume docker-flow/monthly --skip-missed
                """)
        @Argument(help: ScheduleText.argument) var schedule: String
        @Flag(
            name: .customLong("skip-missed"),
            help: "Slots that passed meanwhile make no runs, whatever its policy says.")
        var skipsMissed = false
        @OptionGroup var connection: Connection
        @OptionGroup var output: Output

        func run() async throws {
            let client = try connection.client()
            let known = try await client.schedule(named: schedule)
            let changed = try await client.pauseSchedule(
                known.id, SchedulePause(isPaused: false, skipsMissed: skipsMissed ? true : nil))
            try output.show(changed) { schedule in
                let next = schedule.next.map { "next \($0.local)" } ?? "it fires no more"
                return "\(TerminalText.harmless(schedule.fullName)): \(ScheduleText.state(schedule)), \(next)\n"
            }
        }
    }

    /// `orch schedule delete`.
    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "delete", abstract: "Removes a schedule; the runs that it made stay.",
            discussion: "Example: orch schedule delete docker-flow/monthly")
        @Argument(help: ScheduleText.argument) var schedule: String
        @OptionGroup var connection: Connection

        func run() async throws {
            let client = try connection.client()
            // One that cannot be read has no name, and can be removed.
            if let id = Identifier(schedule) {
                try await client.deleteSchedule(id)
                return FileHandles.writeOut("\(id): deleted\n")
            }
            let known = try await client.schedule(named: schedule)
            try await client.deleteSchedule(known.id)
            FileHandles.writeOut("\(TerminalText.harmless(known.fullName)): deleted\n")
        }
    }

    /// `orch schedule slots`.
    struct Slots: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "slots",
            abstract: "Shows what became of the last slots: the run of each, or why there is none.",
            discussion: """
                Slots that were skipped one after the other for one reason are one line.
                Examples:
                  orch schedule slots docker-flow/monthly
                  orch schedule slots docker-flow/monthly --limit 200 -o json
                """)
        @Argument(help: ScheduleText.argument) var schedule: String
        @Option(help: "How many lines, 1 to 1000.") var limit = 20
        @OptionGroup var connection: Connection
        @OptionGroup var output: Output

        func validate() throws { try ListCut(limit: limit).check() }

        func run() async throws {
            let client = try connection.client()
            let known = try await client.schedule(named: schedule)
            let cut = ListCut(limit: limit)
            let found = try await client.scheduleSlots(known.id, limit: cut.asked)
            try output.show(found, cut, table: ScheduleText.slots)
            if let note = ScheduleText.pauseNote(known) { FileHandles.writeError(note) }
        }
    }
}
