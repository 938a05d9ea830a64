public import ArgumentParser
import Glibc

/// A program of flows: what a flow image holds.
///
/// ```swift
/// @main
/// struct Pipelines: FlowProgram {
///     static let flows: [any Flow.Type] = [Greeting.self]
/// }
/// ```
///
/// It has the commands `flows`, `describe --json` and `run FLOW -p key=value`, exits with 0 when the flow completed, 1
/// when it failed, 2 for a wrong command line or parameter, and 130 when it was cancelled. A command whose output cannot be
/// written whole fails; one whose reader has gone ends quietly with 141.
public protocol FlowProgram: SendableMetatype {
    /// The flows, in the order they are listed.
    static var flows: [any Flow.Type] { get }
    /// The deployments that `orch deploy` makes of the image where none is named. Defaults to none.
    static var deployments: [DeploymentDefault] { get }
    /// The program's name as it is typed. Defaults to the name of its file.
    static var name: String { get }
    /// The program's own version. Defaults to the SDK's.
    static var version: String { get }
    /// Commands of the program's own, beside those every program has. Defaults to none.
    static var commands: [any ParsableCommand.Type] { get }
}

extension FlowProgram {
    /// None.
    public static var deployments: [DeploymentDefault] { [] }
    /// The name of the program's file.
    public static var name: String {
        CommandLine.arguments.first?.split(separator: "/").last.map(String.init) ?? "program"
    }
    /// The SDK's.
    public static var version: String { SDKVersion.current }
    /// None.
    public static var commands: [any ParsableCommand.Type] { [] }

    /// Runs the command that the arguments name, and exits.
    @concurrent
    public static func main() async {
        exit(StandardOutput.settle(await run(Array(CommandLine.arguments.dropFirst()))))
    }

    /// Runs a command; gives the exit code.
    private static func run(_ arguments: [String]) async -> Int32 {
        do {
            // A flow's run answers to signals itself: it reports that it was cancelled.
            if try ProgramCommand<Self>.parseAsRoot(arguments) is RunCommand<Self> {
                try await perform(arguments)
            } else {
                try await InterruptibleCommand.run { try await perform(arguments) }
            }
            return 0
        } catch {
            return report(error)
        }
    }

    private static func perform(_ arguments: [String]) async throws {
        var command = try ProgramCommand<Self>.parseAsRoot(arguments)
        if var asynchronous = command as? any AsyncParsableCommand {
            try await asynchronous.run()
        } else {
            try command.run()
        }
    }

    private static func report(_ error: any Error) -> Int32 {
        let code = ProgramCommand<Self>.exitCode(for: error)
        let message = ProgramCommand<Self>.fullMessage(for: error)
        if code == .success {
            print(message)
            return 0
        }
        if !message.isEmpty { _ = Descriptor.write(Array((message + "\n").utf8), to: STDERR_FILENO) }
        return code == .validationFailure ? FlowRunner.Exit.usage.rawValue : code.rawValue
    }
}

/// The root of a program's commands.
struct ProgramCommand<Program: FlowProgram>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: Program.name,
            abstract: "Runs the flows of this program.",
            version: Program.version,
            subcommands: [
                RunCommand<Program>.self, FlowsCommand<Program>.self, DescribeCommand<Program>.self,
                ProbeCommand<Program>.self,
            ] + Program.commands
        )
    }
}
