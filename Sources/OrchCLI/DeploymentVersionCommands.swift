import ArgumentParser
import OrchClient
import OrchModel

extension Deployments {
    /// `orch deployment versions`.
    struct Versions: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "versions", abstract: "Lists the versions of a deployment, the newest first.",
            discussion: "Example: orch deployment versions docker-flow")

        @Argument(help: "The deployment: NAME or FLOW/NAME.") var deployment: String
        @OptionGroup var connection: Connection
        @OptionGroup var output: Output

        func run() async throws {
            let client = try connection.client()
            let found = try await client.deployment(named: deployment)
            let now = Timestamp.now()
            try output.show(try await client.versions(of: found.id)) { versions in
                Table(
                    header: ["VERSION", "SAVED", "NAME", "IMAGE", "PARAMETERS", "NOTE"],
                    rows: versions.map { version in
                        let notes = [
                            version.version == found.version ? "current" : nil,
                            version.restored.map { "restored \($0)" },
                        ]
                        let schema = version.content.parameterSchema
                        return [
                            "\(version.version)", version.createdAt.ago(at: now), version.content.versionName ?? "",
                            version.content.image,
                            JSONValue.object(schema.redacted(version.content.parameters)).jsonText,
                            notes.compactMap(\.self).joined(separator: ", "),
                        ]
                    }, empty: "It has no versions."
                ).text
            }
        }
    }

    /// `orch deployment rollback`.
    struct Rollback: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "rollback",
            abstract: "Brings the content of an older version back, as a new version.",
            discussion: """
                Without --to: the version before the current one. A pause stays as it is; runs that were made keep what \
                they were made with.

                Examples:
                  orch deployment rollback docker-flow
                  orch deployment rollback docker-flow --to 3
                  orch deployment rollback docker-flow --dry-run

                Exit codes: 0 done, 2 there is no such deployment or version, 5 API unreachable or refused.
                """)

        @Argument(help: "The deployment: NAME or FLOW/NAME.") var deployment: String
        @Option(name: .customLong("to"), help: "The version whose content comes back.") var version: Int?
        @Flag(name: .customLong("dry-run"), help: "Only say what would be another value.") var isDry = false
        @OptionGroup var connection: Connection
        @OptionGroup var output: Output

        func run() async throws {
            let client = try connection.client()
            let found = try await client.deployment(named: deployment)
            if isDry {
                let versions = try await client.versions(of: found.id).map(\.version)
                guard let wanted = version ?? versions.first(where: { $0 < found.version }) else {
                    throw Message(.usage, "\(found.fullName) has one version, and none before it")
                }
                let old = try await client.deployment(named: found.fullName, version: wanted)
                return try output.show(DeploymentDifference(from: found, to: old), table: \.text)
            }
            let reply = try await client.rollBack(found.id, to: version)
            DeploymentBatch.warn(reply.warnings, of: reply.deployment.fullName)
            try output.show(reply) { DeploymentBatch.text([$0]) }
        }
    }

    /// `orch deployment delete`.
    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "delete",
            abstract: "Deletes a deployment with its schedules and versions; runs that have ended stay.",
            discussion: """
                One with runs that have not ended is left alone, unless --force is given, which cancels them.

                Examples:
                  orch deployment delete docker-flow --dry-run
                  orch deployment delete parent_flow_runner/docker-flow --force

                Exit codes: 0 done, 2 there is no such deployment, or runs have not ended, 5 API unreachable or refused.
                """)

        @Argument(help: "The deployment: NAME or FLOW/NAME.") var deployment: String
        @Flag(help: "Cancel its runs that have not ended.") var force = false
        @Flag(name: .customLong("dry-run"), help: "Only say what would be done.") var dryRun = false
        @OptionGroup var connection: Connection
        @OptionGroup var output: Output

        func run() async throws {
            let client = try connection.client()
            let found = try await client.deployment(named: deployment)
            try output.show(try await client.delete(found.id, force: force, dryRun: dryRun)) { deletion in
                let runs = "\(deletion.openRuns) run\(deletion.openRuns == 1 ? "" : "s")"
                let name = deletion.deployment.fullName
                guard deletion.isDeleted else {
                    return deletion.openRuns == 0
                        ? "\(name) would be deleted.\n"
                        : "\(name) would be deleted, and \(runs) that have not ended cancelled; that needs --force.\n"
                }
                return deletion.openRuns == 0 ? "\(name) is deleted.\n" : "\(name) is deleted; \(runs) cancelled.\n"
            }
        }
    }

    /// `orch deployment pause`.
    struct Pause: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "pause",
            abstract: "Keeps a deployment's schedules from making runs.",
            discussion: """
                Nothing is decided about slots that pass meanwhile: when it is resumed, each schedule deals with them as its \
                policy for missed slots says; with the usual one, latest, a run starts at once for the last of them. Runs by \
                hand go on, and so do runs that were made.

                Example: orch deployment pause docker-flow
                """, aliases: ["pause-schedule"])

        @Argument(help: "The deployment: NAME or FLOW/NAME.") var deployment: String
        @OptionGroup var connection: Connection
        @OptionGroup var output: Output

        func run() async throws {
            let client = try connection.client()
            let found = try await client.deployment(named: deployment)
            try output.show(try await client.pause(found.id, DeploymentPause(isPaused: true))) { deployment in
                "\(deployment.fullName) is paused: its schedules make no runs. Runs by hand go on: orch run "
                    + "\(ShellWord.word(deployment.name))\nLet them go on: orch deployment resume "
                    + "\(ShellWord.word(deployment.name))\n"
            }
        }
    }

    /// `orch deployment resume`.
    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "resume", abstract: "Lets a deployment's schedules make runs again.",
            discussion: """
                Slots that passed meanwhile are dealt with as each schedule's policy for missed slots says; it tells which runs \
                that makes.

                Examples:
                  orch deployment resume docker-flow
                  orch deployment resume docker-flow --skip-missed
                """, aliases: ["resume-schedule"])

        @Argument(help: "The deployment: NAME or FLOW/NAME.") var deployment: String
        @Flag(
            name: .customLong("skip-missed"),
            help: "Slots that passed meanwhile make no runs, whatever the schedules' policies say.")
        var skipsMissed = false
        @OptionGroup var connection: Connection
        @OptionGroup var output: Output

        func run() async throws {
            let client = try connection.client()
            let found = try await client.deployment(named: deployment)
            let now = Timestamp.now()
            let schedules = try await client.schedules(ofDeployment: found.fullName)
            let missed = schedules.compactMap { MissedSlots($0, isSkipping: skipsMissed, at: now) }
            let wish = DeploymentPause(isPaused: false, skipsMissed: skipsMissed ? true : nil)
            try output.show(try await client.pause(found.id, wish)) { deployment in
                guard found.isPaused == true else {
                    return "\(deployment.fullName) was not paused: there was nothing to do.\n"
                }
                return "\(deployment.fullName) is resumed: its schedules make runs again.\n"
                    + missed.map(\.text).joined()
            }
        }
    }
}
