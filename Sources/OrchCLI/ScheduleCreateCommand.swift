import ArgumentParser
import OrchClient
import OrchModel

/// `orch schedule create`.
struct ScheduleCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Makes a schedule of a deployment.",
        discussion: """
            Examples:
              orch schedule create docker-flow --cron '0 7 2 * *' --timezone Europe/Berlin
              orch schedule create docker-flow --slug hourly --interval 1h --overlap buffer-one -p color=green
              orch schedule create docker-flow --slug work --rrule 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYHOUR=7;BYMINUTE=0'

            Exit codes: 0 made, 2 usage, a rule that is none, or a schedule that exists, 5 API unreachable.
            """)

    @Argument(help: "The deployment: NAME or FLOW/NAME.") var deployment: String
    @Option(help: "Names it within the deployment.") var slug = "default"
    @OptionGroup(title: "When") var rule: ScheduleRuleOptions
    @OptionGroup(title: "Slots that cannot be kept") var policies: SchedulePolicyOptions
    @Option(
        name: [.customShort("p"), .customLong("param")], parsing: .singleValue,
        help: "A parameter's value for its runs, KEY=VALUE. May be given again.")
    var parameters: [String] = []
    @Flag(help: "Make it paused.") var paused = false
    @Flag(help: "Change the one of that slug where there is one.") var replace = false
    @OptionGroup var connection: Connection
    @OptionGroup var output: Output

    func validate() throws {
        var spec = try rule.spec()
        try policies.apply(to: &spec)
    }

    func run() async throws {
        let client = try connection.client()
        let known = try await client.deployment(named: deployment)
        var spec = try rule.spec()
        try policies.apply(to: &spec)
        spec.slug = slug
        if paused { spec.isActive = false }
        spec.parameters = try Parameters.read(assignments: parameters, json: nil, by: known.parameterSchema)
        let reply = try await client.saveSchedule(
            ScheduleRequest(deployment: known.fullName, schedule: spec, replaces: replace ? true : nil))
        for warning in reply.warnings { FileHandles.writeError("Warning: \(TerminalText.harmless(warning))\n") }
        try output.show(reply.schedule) { ScheduleText.summary($0) }
    }
}
