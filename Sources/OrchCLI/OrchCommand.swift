import ArgumentParser
import FoundationEssentials
import Glibc
import OrchInfrastructure
import OrchModel

/// `orch`: the command line of controller, agents and runs.
@main
struct OrchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "orch",
        abstract: "Runs data workflows, one container per flow run.",
        discussion: """
            First steps:
              orch up                                           controller and agent on this machine
              orch deploy --infra docker --image taxi:latest    register what the image holds
              orch run docker-flow -p month=7                   one run, followed to its end

            Exit codes: 0 completed, 1 failed, 2 usage, 3 crashed, 4 cancelled, 5 API unreachable or refused.
            Completion: orch --generate-completion-script bash|zsh|fish
            """,
        version: OrchVersion.current,
        groupedSubcommands: [
            CommandGroup(
                name: "Work",
                subcommands: [
                    Deploy.self, Run.self, Backfills.self, FlowRuns.self, Flows.self, Assets.self, Artifacts.self,
                    Caches.self, Deployments.self, Schedules.self, Blocks.self, ConcurrencyLimits.self,
                ]),
            CommandGroup(
                name: "Parts", subcommands: [Up.self, Server.self, Agents.self, WorkQueues.self, Databases.self]),
            CommandGroup(name: "This machine", subcommands: [Profiles.self, Doctor.self, Version.self]),
        ]
    )

    /// Supervises a process and ends, where an agent has started this program for that. Looked at before the command line is
    /// parsed, as each run of a process has such a program beside it.
    private static func supervise(_ arguments: [String]) {
        guard arguments.count == ProcessSupervisor.words.count + 2,
            arguments.dropFirst().starts(with: ProcessSupervisor.words), let folder = arguments.last
        else { return }
        Glibc.exit(ProcessSupervisor(folder: folder).run())
    }

    static func main() async {
        // A pager that quits early must not kill a server or leave a half-written state file.
        Signals.ignoreBrokenPipe()
        supervise(CommandLine.arguments)
        do {
            var command = try parseAsRoot()
            if var asyncCommand = command as? any AsyncParsableCommand {
                try await asyncCommand.run()
            } else {
                try command.run()
            }
        } catch {
            Failure.exit(for: error)
        }
    }
}
