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

    @Test("What is the same is unchanged, whatever is left to what is saved")
    func same() {
        #expect(DeploymentDifference(saved, request).text == "f/x: unchanged\n")
        var quiet = request
        quiet.schedules = nil
        #expect(DeploymentDifference(saved, quiet).outcome == .unchanged)
    }

    @Test("Each value that comes, goes or changes has its line; secrets have none")
    func changes() {
        var other = request
        other.parameters = ["months": [3], "token": "other"]
        other.image = "taxi:next"
        other.tags = ["new"]
        other.command = []
        other.schedules = [
            ScheduleSpec(rule: .cron("0 8 2 * *")), ScheduleSpec(slug: "b", rule: .interval(seconds: 60)),
        ]
        #expect(
            DeploymentDifference(saved, other).text == """
                f/x: would change
                  - command: ["a"]
                  ~ image: "taxi:latest" → "taxi:next"
                  ~ parameters.months: [1,2] → [3]
                  ~ schedules[0].cron: "0 7 2 * *" → "0 8 2 * *"
                  + schedules[1]: {"interval":60,"slug":"b","timezone":"UTC"}
                  + tags: ["new"]

                """)
    }

    @Test("A new deployment is told as a whole")
    func new() {
        let difference = DeploymentDifference(nil, request)
        #expect(difference.outcome == .created)
        #expect(!difference.text.contains("hunter2"))
        #expect(
            difference.text.contains("  + parameters.") == false
                && difference.text.contains("  + image: \"taxi:latest\""))
    }
}
