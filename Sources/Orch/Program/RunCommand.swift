import ArgumentParser
import CurlTransport
import FoundationEssentials
import Glibc
import OrchClient

/// Runs one flow.
struct RunCommand<Program: FlowProgram>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "run",
            abstract: "Run a flow.",
            discussion: """
                By hand it prints its logs. Launched by orch, it takes parameters from ORCH_PARAMETERS and reports \
                through the run stream. Exit codes: 0 completed, 1 failed, 2 wrong parameters, 75 waits for \
                another attempt, 130 cancelled.
                """
        )
    }

    @Argument(help: "The flow's name.", completion: .list(Program.flows.map { $0.name }))
    var flow: String

    @Option(
        name: [.customShort("p"), .customLong("param")],
        help: ArgumentHelp("A parameter; lists, objects and null are JSON. May be repeated.", valueName: "key=value"))
    var parameters: [String] = []

    @Option(
        help: "The span of data that the run is about, START/END: two days or instants.",
        transform: Self.readInterval)
    var dataInterval: DataInterval?

    private static func readInterval(_ argument: String) throws -> DataInterval {
        guard let interval = DataInterval(argument) else {
            throw ValidationError("expected START/END, such as 2020-07-01/2020-08-01, got \"\(argument)\"")
        }
        return interval
    }

    func run() async throws {
        let variables = ProcessInfo.processInfo.environment
        // Before any work begins: a signal that comes early must not end the process without an outcome.
        let cancellation = RunCancellation()
        try SignalWatcher.start { signal in cancellation.request("cancelled by \(signal)") }
        let reporter = try Self.reporter(variables)
        let exit: FlowRunner.Exit
        do {
            let flow = try ProgramDescription.flow(flow, in: Program.self)
            let runner = try Self.runner(reporter, variables, dataInterval, isEnding: { cancellation.isRequested })
            let assignments = parameters
            let work = Task { await runner.run(flow, assignments: assignments) { cancellation.reason } }
            cancellation.cancelsWhenRequested(work)
            exit = await work.value
        } catch {
            reporter.finish(.init(type: .failed, name: "Failed", message: ReportedText.message(of: error)))
            exit = .usage
        }
        if exit != .completed { throw ExitCode(exit.rawValue) }
    }

    private static func runner(
        _ reporter: any Reporter, _ variables: [String: String], _ dataInterval: DataInterval?,
        isEnding: @escaping @Sendable () -> Bool
    ) throws -> FlowRunner {
        var launch = try LaunchEnvironment(variables)
        launch.dataInterval = dataInterval ?? launch.dataInterval
        let controller = Controller(launch)
        let services = RunServices(
            reporter: reporter, logLevel: launch.logLevel, clock: ContinuousClock(), now: { .now() },
            scratchRoot: FileManager.default.temporaryDirectory.path,
            caching: controller.map { controller in
                ResultCaching(
                    cache: ControllerResultCache(client: controller.client), codeVersion: CodeVersion(variables),
                    run: controller.run, seal: ResultKeySeal(runKey: controller.key))
            },
            slots: controller.map { ControllerTaskSlots(client: $0.client) },
            children: controller.map { controller in
                ChildRunMaking(
                    desk: ControllerChildRuns(client: controller.client, run: controller.run), run: controller.run,
                    isEnding: isEnding)
            },
            waits: launch.attempt == nil ? nil : launch.resumption.map(WaitDesk.init),
            controller: controller?.client)
        return FlowRunner(services: services, launch: launch, variables: variables)
    }

    /// The controller, where orch launched the program. By hand there is none: nothing is cached, no tag has a limit, and no
    /// runs are made.
    private struct Controller {
        let client: OrchClient
        let key: Secret
        let run: Identifier

        init?(_ launch: LaunchEnvironment) {
            guard let attempt = launch.attempt, let url = attempt.apiURL else { return nil }
            client = OrchClient(url: url, token: attempt.apiKey, http: HTTPClient(configuration: .unlimitedConnections))
            (key, run) = (attempt.apiKey, attempt.flowRun)
        }
    }

    /// The run stream where orch launched the program, else the terminal.
    private static func reporter(_ variables: [String: String]) throws -> any Reporter {
        guard let attempt = try LaunchEnvironment.attempt(variables) else {
            return ConsoleReporter(isColored: ConsoleReporter.wantsColor(variables), now: { .now() })
        }
        // Child processes have no business with the run's key: with it they could forge records.
        unsetenv("ORCH_API_KEY")
        LineBuffering.enable()
        let folders = variables["ORCH_JOURNAL"] == "off" ? [] : StreamJournal.folders
        let reporter = try StreamReporter(
            output: STDOUT_FILENO, redirected: [(STDOUT_FILENO, .stdout), (STDERR_FILENO, .stderr)],
            attempt: attempt, journal: Journal(folders: folders, run: attempt.flowRun, attempt: attempt.number),
            now: { .now() })
        reporter.drainBeforeCrashing()
        return reporter
    }
}
