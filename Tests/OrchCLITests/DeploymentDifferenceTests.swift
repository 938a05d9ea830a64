import ArgumentParser
import DeploymentFiles
import OrchClient
import OrchModel
import Testing

@testable import OrchCLI

struct DeploymentDifferenceTests {
    private var request: DeploymentRequest {
        var request = DeploymentRequest(
            name: "x", flowName: "f", image: "taxi:latest", command: ["a"], kind: .sdk,
            parameters: ["months": [1, 2], "token": "hunter2"],
            parameterSchema: ParameterSchema([
                .init("months", ValueSchema(.array)), .init("token", ValueSchema(.string), isSecret: true),
            ]))
        request.schedules = [ScheduleSpec(rule: .cron("0 7 2 * *"))]
        return request
    }

    private var saved: Deployment {
        var hidden = request
        hidden.parameters = request.parameterSchema.redacted(request.parameters)
        var deployment = Deployment(
            id: .new(), version: 1, request: hidden, createdAt: Timestamp(microseconds: 0),
            updatedAt: Timestamp(microseconds: 0))
        deployment.isPaused = true
        return deployment
    }

    /// What saving it would do, as the controller says it.
    private func difference(_ request: DeploymentRequest, _ outcome: DeploymentReply.Outcome = .updated)
        -> DeploymentDifference
    {
        var next = saved
        (next.parameters, next.image, next.tags) = (request.parameters, request.image, request.tags)
        (next.command, next.schedules, next.isPaused) = (request.command, request.schedules, request.isPaused)
        return DeploymentDifference(DeploymentPreview(outcome: outcome, saved: saved, next: next))
    }

    @Test("The controller's outcome counts; a new version without another value is told")
    func outcomes() {
        var same = request
        same.parameters = request.parameterSchema.redacted(request.parameters)
        same.isPaused = true
        #expect(difference(same, .unchanged).text == "f/x: unchanged\n")
        #expect(difference(same, .updated).text.hasPrefix("f/x: would change\n  a new version with the same values"))
    }

    @Test("Each value that comes, goes or changes has its line")
    func changes() {
        var other = request
        other.parameters = ["months": [3], "token": .string(Secret.placeholder)]
        other.image = "taxi:next"
        other.tags = ["new"]
        other.command = []
        other.isPaused = false
        other.schedules = [
            ScheduleSpec(slug: "b", rule: .interval(seconds: 60)), ScheduleSpec(rule: .cron("0 8 2 * *")),
        ]
        #expect(
            difference(other).text == """
                f/x: would change
                  - command: ["a"]
                  ~ image: "taxi:latest" → "taxi:next"
                  ~ isPaused: true → false
                  ~ parameters.months: [1,2] → [3]
                  + schedules.b: {"interval":60,"slug":"b","timezone":"UTC"}
                  ~ schedules.default.cron: "0 7 2 * *" → "0 8 2 * *"
                  + tags: ["new"]

                """)
        other.schedules = []
        #expect(difference(other).text.contains("  - schedules: {\"default\":"))
    }

    @Test("Two versions are compared, whatever its pause is")
    func versions() {
        let old = saved
        var new = saved
        (new.version, new.image, new.isPaused) = (4, "taxi:next", nil)
        #expect(
            DeploymentDifference(from: old, to: new).text == """
                f/x: version 1 to 4
                  ~ image: "taxi:latest" → "taxi:next"

                """)
        new.image = old.image
        #expect(DeploymentDifference(from: old, to: new).text == "f/x: version 1 to 4, no difference\n")
        // Causes of a retry have no order.
        var same = old
        for _ in 0..<20 {
            (same.policy, new.policy) = (
                RunPolicy(retryOn: [.failed, .crashed]), RunPolicy(retryOn: [.crashed, .failed])
            )
            #expect(DeploymentDifference(from: same, to: new).changes.isEmpty)
        }
    }

    @Test("The versions of a deployment are found by their numbers")
    func foundVersions() async throws {
        try await LiveController.with { live in
            for image in ["a", "b", "c"] {
                _ = try await live.admin.deploy(
                    DeploymentRequest(
                        name: "x", flowName: "f", image: image, command: ["c"], kind: .command,
                        parameterSchema: ParameterSchema([])))
            }
            let toCurrent = try await live.admin.difference(of: "x", from: 1, to: nil)
            #expect(toCurrent.changes.map(\.new) == ["c"])
            let between = try await live.admin.difference(of: "f/x", from: 1, to: 2)
            #expect(between.changes.map(\.path) == ["image"] && between.changes.map(\.new) == ["b"])
            await #expect(throws: (any Error).self) { try await live.admin.difference(of: "x", from: 9, to: nil) }
        }
    }

    @Test(
        "Versions are of one deployment, and need the one they are compared with",
        arguments: [["x", "--to", "2"], ["a", "b", "--from", "1"], ["x", "--from", "1", "--image", "i"]])
    func refuses(arguments: [String]) {
        #expect(throws: (any Error).self) { try Deployments.Diff.parse(arguments) }
    }

    @Test("A new deployment is told as a whole, without what came out of the environment")
    func new() throws {
        let file = try DeploymentFile(
            Array("name: x\nparameters: {token: \"${TOKEN}\"}\n".utf8), name: "x", environment: ["TOKEN": "topsecret"])
        var next = saved
        next.parameters["color"] = "topsecret"
        let preview = DeploymentPreview(outcome: .created, saved: nil, next: next)
        let difference = DeploymentDifference(preview, hiding: file.environmentValues)
        #expect(difference.outcome == .created)
        #expect(difference.text.contains("\"color\":\"${TOKEN}\"") && !difference.text.contains("topsecret"))
        #expect(difference.text.contains("  + image: \"taxi:latest\"\n"))
    }
}
