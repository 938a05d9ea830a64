import ArgumentParser
import OrchClient
import OrchModel

/// `orch schedule preview`.
struct SchedulePreviewCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "preview", abstract: "Shows the slots to come, in the schedule's zone and in UTC.",
        discussion: """
            Of a schedule that there is, or of a rule: that needs no controller. Days on which clocks change are marked. It \
            warns where a schedule fires no more, and where its parameters would not fit the next slot.
            Examples:
              orch schedule preview docker-flow/monthly
              orch schedule preview '30 2 * * *' --timezone Europe/Berlin --after 2026-03-27T00:00:00Z
              orch schedule preview --rrule 'FREQ=MONTHLY;BYDAY=-1FR;BYHOUR=18;BYMINUTE=0' --timezone America/New_York
            """)

    @Argument(help: "A schedule, DEPLOYMENT/SCHEDULE, or a cron expression.") var subject: String?
    @OptionGroup(title: "When") var rule: ScheduleRuleOptions
    @Option(name: [.short, .long], help: "How many, 1 to 1000.") var count = 10
    @Option(help: "Those after it, 2026-03-27T00:00:00Z. Defaults to now.") var after: String?
    @OptionGroup var connection: Connection
    @OptionGroup var output: Output

    func validate() throws {
        guard (1...1000).contains(count) else { throw ValidationError("--count: expected 1 to 1000, got \(count)") }
        if let after, Timestamp(after) == nil {
            throw ValidationError("--after: expected an instant such as 2026-03-27T00:00:00Z, got \"\(after)\"")
        }
    }

    func run() async throws {
        let (spec, parameters) = try await subjectSpec()
        let now = after.flatMap { Timestamp($0) } ?? .now()
        let previews: [SchedulePreview]
        do throws(ScheduleProblem) {
            previews = try spec.preview(count: count, after: now)
        } catch {
            throw Message(.usage, error.description)
        }
        let misfits = parameters?.problems(of: spec, at: now).map { "\($0): its slots would make no runs" } ?? []
        for warning in spec.warnings(at: now) + misfits {
            FileHandles.writeError("Warning: \(TerminalText.harmless(warning))\n")
        }
        try output.show(previews) { ScheduleText.previews($0, zone: spec.timezone) }
    }

    /// A schedule that there is with what its runs take, or a rule alone. A cron expression has fields, or begins with @; a name has
    /// neither.
    private func subjectSpec() async throws -> (ScheduleSpec, SlotParameters?) {
        guard let subject else { return (try rule.spec(), nil) }
        if subject.hasPrefix("@") || subject.split(separator: " ").count > 1,
            !subject.contains("/") || subject.contains("*")
        {
            return (try rule.spec(cron: subject), nil)
        }
        if let fields = subject.split(separator: " ").first, fields.allSatisfy({ "0123456789*/,-".contains($0) }) {
            return (try rule.spec(cron: subject), nil)
        }
        let client = try connection.client()
        let schedule = try await client.schedule(named: subject)
        let deployment = try await client.deployment(named: "\(schedule.flowName)/\(schedule.deploymentName)")
        return (schedule.spec, SlotParameters(deployment))
    }
}
