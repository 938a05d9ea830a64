import DeploymentFiles
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
