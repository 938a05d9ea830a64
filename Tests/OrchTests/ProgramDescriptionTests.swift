import Testing

@testable import Orch

struct ProgramDescriptionTests {
    @Test func describesFlowsBlocksAndDeployments() throws {
        let description = try ProgramDescription.make(ExampleProgram.self)
        #expect(description.program == "example")
        #expect(description.orch == 1)
        #expect(description.flows.map(\.name) == ["everything", "doing", "parent"])
        #expect(description.flows[0].description == "Has a parameter of every kind.")
        #expect(description.flows[0].command == ["example", "run", "everything"])
        #expect(
            description.flows[0].blocks == [
                BlockReference(type: "gcs-bucket", parameter: "lake"), BlockReference(type: "postgres", name: "fixed"),
            ])
        #expect(description.deployments.map(\.name) == ["daily"])
        #expect(try JSONValue(encoding: description).decode(ImageDescription.self) == description)
    }

    @Test func findsTheNearestFlow() {
        let error = #expect(throws: OrchError.self) {
            try ProgramDescription.flow("everthing", in: ExampleProgram.self)
        }
        #expect(
            error?.description
                == "no flow is called \"everthing\": did you mean \"everything\"? this program has everything, doing, parent"
        )
    }

    @Test func refusesAProgramThatContradictsItself() {
        struct Twice: FlowProgram {
            static let flows: [any Flow.Type] = [Doing.self, Doing.self]
        }
        struct Lost: FlowProgram {
            static let flows: [any Flow.Type] = [Doing.self]
            static let deployments = [DeploymentDefault(name: "d", flow: "other")]
        }
        struct Wrong: FlowProgram {
            static let flows: [any Flow.Type] = [Doing.self]
            static let deployments = [DeploymentDefault(name: "d", flow: "doing", parameters: ["failures": 9])]
        }
        struct Spaced: Flow {
            static let name = "a b"
            func run(_ context: FlowContext) async throws {}
        }
        struct Named: FlowProgram {
            static let flows: [any Flow.Type] = [Spaced.self]
        }
        let programs: [any FlowProgram.Type] = [Twice.self, Lost.self, Wrong.self, Named.self]
        for program in programs {
            #expect(throws: OrchError.self, "\(program)") { try ProgramDescription.make(program) }
        }
    }
}
