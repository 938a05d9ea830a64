import ArgumentParser
import OrchClient
import OrchModel

extension Deployments {
    /// `orch deployment set-schedule`.
    struct SetSchedule: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "set-schedule", abstract: "Gives a deployment one schedule, in place of all that it has.",
            discussion: """
                As Prefect 2 has it. The new schedule is called default and has the policies that `orch schedule create` gives \
                it; that command makes further ones, and `--replace` changes one and leaves the others.

                Examples:
                  orch deployment set-schedule etl-parent-flow/monthly --cron '0 7 2 * *' --timezone Europe/Berlin
                  orch deployment set-schedule docker-flow --interval 3600 --anchor-date 2026-01-01T07:00
                  orch deployment set-schedule docker-flow --rrule 'FREQ=WEEKLY;BYDAY=MO;BYHOUR=7;BYMINUTE=0'
                  orch deployment set-schedule docker-flow --no-schedule

                All is done at once, or nothing: where somebody else changes the schedules meanwhile, nothing is, and it says so.

                Exit codes: 0 done, 2 usage or a rule that is none, 5 API unreachable or refused.
                """)

        @Argument(help: "The deployment: NAME or FLOW/NAME.") var deployment: String
        @Flag(name: .customLong("no-schedule"), help: "None at all: it removes what the deployment has.")
        var removesAll = false
        @Option(
            name: .customLong("day_or"), help: "With --cron: false is the same as --both-days.",
            transform: Self.yesOrNo)
        var dayOr = true
        @OptionGroup(title: "When") var rule: ScheduleRuleOptions
        @OptionGroup var connection: Connection
        @OptionGroup var output: Output

        func validate() throws {
            guard removesAll else {
                _ = try spec()
                return
            }
            guard rule.cron == nil, rule.interval == nil, rule.rrule == nil else {
                throw ValidationError("--no-schedule: expected it alone, or one of --cron, --interval and --rrule")
            }
        }

        /// The new schedule.
        func spec() throws -> ScheduleSpec {
            var rule = rule
            rule.bothDays = rule.bothDays || !dayOr
            return try rule.spec()
        }

        private static func yesOrNo(_ text: String) throws -> Bool {
            guard let answer = Bool(text.lowercased()) else {
                throw ValidationError("--day_or: expected true or false, got \"\(text)\"")
            }
            return answer
        }

        /// What is asked for, about the schedules that were seen: others that come meanwhile are nobody's wish to remove.
        func request(_ deployment: Deployment, seen: [Schedule]) throws -> ScheduleReplacementRequest {
            ScheduleReplacementRequest(
                deployment: deployment.fullName, schedules: removesAll ? [] : [try spec()],
                seen: seen.map { ScheduleReplacementRequest.Seen($0) }
            )
        }

        func run() async throws {
            let client = try connection.client()
            let known = try await client.deployment(named: deployment)
            let seen = try await client.schedules(ofDeployment: known.fullName)
            let reply = try await client.replaceSchedules(try request(known, seen: seen))
            for warning in reply.warnings {
                FileHandles.writeError("Warning: \(TerminalText.harmless(warning))\n")
            }
            try output.show(reply.schedules) { schedules in
                reply.removed.map { "\(TerminalText.harmless($0.fullName)): deleted\n" }.joined()
                    + (schedules.first.map(ScheduleText.summary)
                        ?? "\(TerminalText.harmless(known.fullName)) has no schedule\n")
            }
        }
    }
}
