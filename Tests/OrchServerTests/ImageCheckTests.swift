import OrchModel
import Testing

@testable import OrchServer

/// What an agent's answer about an image means for a deployment.
struct ImageCheckTests {
    private let schema = ParameterSchema([])

    private func request(
        flow: String = "etl", type: String = "docker", kind: RunEnding.Kind = .sdk,
        command: [String] = ["taxi", "run", "etl"]
    ) -> DeploymentRequest {
        DeploymentRequest(
            name: "d", flowName: flow, image: "taxi:latest", command: command, kind: kind,
            infrastructure: Infrastructure(type: type), parameterSchema: schema)
    }

    private func description(_ platform: ImagePlatform? = nil) -> AgentTaskAnswer {
        let flow = FlowDescription(
            name: "etl", description: "", parameters: schema, blocks: [], command: ["taxi", "run", "etl"])
        return .description(
            ImageDescription(sdk: "1", program: "taxi", flows: [flow], deployments: [], platform: platform))
    }

    private func findings(
        _ request: DeploymentRequest, _ answer: AgentTaskAnswer, policy: DockerContainerBlock.PullPolicy? = nil
    ) -> DeploymentCheck {
        var block = DockerContainerBlock()
        block.imagePullPolicy = policy
        return ImageCheck.findings(request, answer, block)
    }

    @Test("an image that holds the flow and runs on the host is found right")
    func fine() {
        let platform = ImagePlatform(image: "linux/amd64", host: "linux/amd64")
        #expect(findings(request(), description(platform)) == DeploymentCheck())
        #expect(findings(request(kind: .command), .noDescription(image: "x")) == DeploymentCheck())
    }

    @Test("a flow that it does not hold is named with the nearest, and so is an image that is not there")
    func missing() {
        #expect(
            findings(request(flow: "etk"), description()).problems
                == ["taxi:latest holds no flow \"etk\"; did you mean etl?"])
        #expect(findings(request(), .noDescription(image: "x")).problems.count == 1)
        let answer = AgentTaskAnswer.noImage(image: "taxi:latest", available: ["taxi:latst", "other:1"])
        #expect(
            findings(request(), answer).warnings
                == ["the image taxi:latest is not on the agent's host: its first run pulls it; there are taxi:latst"])
        #expect(findings(request(), answer, policy: .never).problems.count == 1)
        #expect(
            findings(request(type: "process"), answer).problems
                == ["there is no program taxi:latest on the agent's host"])
    }

    @Test("another platform is a problem, another command a warning")
    func differences() {
        let platform = ImagePlatform(image: "linux/arm64", host: "linux/amd64")
        #expect(
            findings(request(), description(platform)).problems
                == [
                    "the image taxi:latest does not run there: it is built for linux/arm64, and the agent's host is "
                        + "linux/amd64"
                ])
        #expect(findings(request(command: ["taxi", "run", "other"]), description()).warnings.count == 1)
    }
}
