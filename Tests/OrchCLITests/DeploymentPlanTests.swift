import OrchModel
import Testing

@testable import OrchCLI

struct DeploymentPlanTests {
    private let description = ImageDescription(
        sdk: "0.1.0", program: "demo",
        flows: [
            FlowDescription(
                name: "load", description: "Loads a month.",
                parameters: ParameterSchema([
                    .init("month", ValueSchema(.integer, minimum: 1, maximum: 12), defaultValue: 1)
                ]),
                blocks: [BlockReference(type: "gcs-bucket", parameter: "lake")], command: ["demo", "run", "load"],
                graph: GraphDescription(nodes: [.init(name: "extract")], edges: [])),
            FlowDescription(
                name: "check", description: "", parameters: ParameterSchema(), blocks: [],
                command: ["demo", "run", "check"]),
        ],
        deployments: [DeploymentDefault(name: "docker-load", flow: "load", parameters: ["month": 7])])

    @Test func makesTheImagesDefaults() throws {
        let requests = try plan().requests(for: .description(description))
        let request = try #require(requests.first)
        #expect(requests.count == 1)
        #expect(request.name == "docker-load")
        #expect(request.flowName == "load")
        #expect(request.parameters == ["month": 7])
        #expect(request.kind == .sdk)
        #expect(request.command == ["demo", "run", "load"])
        #expect(request.blocks == [BlockReference(type: "gcs-bucket", parameter: "lake")])
        #expect(request.graph?.nodes.map(\.name) == ["extract"])
    }

    @Test func laysGivenParametersOverTheDefaults() throws {
        let request = try #require(try plan(assignments: ["month=07"]).requests(for: .description(description)).first)
        #expect(request.parameters == ["month": 7])
        let other = try #require(try plan(assignments: ["month=3"]).requests(for: .description(description)).first)
        #expect(other.parameters == ["month": 3])
    }

    @Test func namesADeploymentOfAChosenFlow() throws {
        let request = try #require(
            try plan(name: "nightly", flow: "check").requests(for: .description(description)).first)
        #expect(request.name == "nightly")
        #expect(request.flowName == "check")
    }

    @Test func makesACommandFlowOfAnyImage() throws {
        let request = try #require(
            try plan(name: "hello", command: ["echo", "hi"]).requests(for: .noDescription(image: "x")).first)
        #expect(request.kind == .command)
        #expect(request.command == ["echo", "hi"])
        #expect(request.flowName == "hello")
    }

    @Test(
        arguments: [
            (
                answer: AgentTaskAnswer.noDescription(image: "x"), name: nil, flow: nil, assignments: [],
                says: "-- COMMAND"
            ),
            (
                answer: .noImage(image: "x", available: ["taxi:latest"]), name: nil, flow: nil, assignments: [],
                says: "taxi:latest"
            ),
            (answer: .failed(message: "no disk"), name: nil, flow: nil, assignments: [], says: "no disk"),
        ] as [(answer: AgentTaskAnswer, name: String?, flow: String?, assignments: [String], says: String)])
    func saysWhatToDo(answer: AgentTaskAnswer, name: String?, flow: String?, assignments: [String], says: String) {
        let error = #expect(throws: Message.self) {
            try plan(name: name, flow: flow, assignments: assignments).requests(for: answer)
        }
        #expect(error?.text.contains(says) == true)
    }

    @Test(
        arguments: [
            (name: nil, flow: "laod", assignments: [], says: "did you mean load?"),
            (name: "x", flow: nil, assignments: [], says: "load | check"),
            (name: nil, flow: "check", assignments: [], says: "-n NAME"),
            (name: nil, flow: nil, assignments: ["mnth=3"], says: "month"),
            (name: nil, flow: nil, assignments: ["month=13"], says: "12"),
        ] as [(name: String?, flow: String?, assignments: [String], says: String)])
    func refuses(name: String?, flow: String?, assignments: [String], says: String) {
        let error = #expect(throws: Message.self) {
            try plan(name: name, flow: flow, assignments: assignments).requests(for: .description(description))
        }
        #expect(error?.code == .usage)
        #expect(error?.text.contains(says) == true, "\(error?.text ?? "")")
    }

    @Test("build chooses a flow in its own form; a command's refusal of parameters says what there is")
    func words() {
        var plan = plan(name: "x")
        plan.choice = "demo:latest:FLOW, of the flows"
        let several = #expect(throws: Message.self) { try plan.requests(for: .description(description)) }
        #expect(several?.text.contains("choose one: demo:latest:FLOW, of the flows load | check") == true)
        let command = #expect(throws: Message.self) {
            try self.plan(name: "x", assignments: ["a=1"], command: ["echo"]).requests(for: .noDescription(image: "x"))
        }
        #expect(command?.text.contains("ORCH_DATA_INTERVAL_START") == true)
    }

    private func plan(
        name: String? = nil, flow: String? = nil, assignments: [String] = [], command: [String] = []
    ) -> DeploymentPlan {
        DeploymentPlan(
            image: "demo:latest", name: name, flow: flow, queue: "default", assignments: assignments, tags: [],
            command: command, infrastructure: Infrastructure())
    }
}
