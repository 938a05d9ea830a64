import Hummingbird
import HummingbirdTesting
import OrchModel
import Testing

@testable import OrchServer

/// Templates in parameters, from the saved deployment to what the agent is given.
struct RunTemplateRoutesTests {
    private static func deployment(_ parameters: [String: JSONValue]) -> DeploymentRequest {
        DeploymentRequest(
            name: "monthly", flowName: "etl", image: "taxi:latest", command: ["taxi", "run", "etl"], kind: .sdk,
            parameters: parameters,
            parameterSchema: ParameterSchema([
                .init("month", ValueSchema(.integer, minimum: 1, maximum: 12), defaultValue: 1),
                .init("folder", ValueSchema(.string), defaultValue: "{{ flow }}/{{ month | pad: 2 }}"),
                .init("password", ValueSchema(.string, isNullable: true), defaultValue: .null, isSecret: true),
                .init("source", ValueSchema(.string), defaultValue: "", isTemplate: true),
            ]))
    }

    private static let july = DataInterval("2020-07-01/2020-08-01")

    @Test func areFilledInWhenTheRunIsMade() async throws {
        try await ServerFixture.with { server in
            let parameters: [String: JSONValue] = [
                "password": "hunter2-{{ ds_nodash }}", "source": "{{ color }}.csv", "folder": "raw/{{ ds }}",
            ]
            try await server.succeed(.post, "deployments", Self.deployment(parameters))
            let run = try await server.createRun(
                FlowRunRequest(
                    deployment: "monthly", parameters: ["month": #"{{ data_interval_start | date: "%m" }}"#],
                    dataInterval: Self.july))
            #expect(
                run.parameters == [
                    "month": 7, "folder": "raw/2020-07-01", "password": "********", "source": "{{ color }}.csv",
                ])
            #expect(
                run.templates == [
                    "month": #"{{ data_interval_start | date: "%m" }}"#, "folder": "raw/{{ ds }}",
                    "password": "********",
                ])
            #expect(run.dataInterval == Self.july)
            let kept: FlowRun = try await server.call(.get, "flow-runs/\(run.id)")
            #expect(kept == run)
            let claimed = try #require(try await server.poll().runs.first)
            #expect(claimed.parameters["password"] == "hunter2-20200701")
            #expect(claimed.parameters["month"] == 7)
            #expect(claimed.dataInterval == Self.july)
        }
    }

    @Test func aDefaultOfTheFlowIsFilledIn() async throws {
        try await ServerFixture.with { server in
            try await server.succeed(.post, "deployments", Self.deployment([:]))
            let run = try await server.createRun(FlowRunRequest(deployment: "monthly", parameters: ["month": 3]))
            #expect(run.parameters["folder"] == "etl/03")
            #expect(run.templates == ["folder": "{{ flow }}/{{ month | pad: 2 }}"])
        }
    }

    @Test(arguments: [
        (
            "folder", "a {{ data_interval_strat }}",
            #"parameter "folder": template, character 3: there is no "data_interval_strat": did you mean "data_interval_start"?"#
        ),
        (
            "month", "{{ ds | dat: 'x' }}",
            #"parameter "month": template, character 9: no filter is called "dat": did you mean "date"?"#
        ),
        (
            "folder", "{{ password }}",
            #"parameter "folder": template, character 1: "password" is a secret, which is filled in nowhere"#
        ),
        ("month", "July", #"parameter "month": expected a whole number from 1 to 12, got "July""#),
    ])
    func aDeploymentWithABadOneIsRefused(name: String, text: String, sentence: String) async throws {
        try await ServerFixture.with { server in
            let (status, fault) = try await server.refusal(
                .post, "deployments", Self.deployment([name: .string(text)]))
            #expect(status == 422)
            #expect(fault.details == [sentence])
        }
    }

    @Test func aRunThatCannotFillOneInIsRefused() async throws {
        try await ServerFixture.with { server in
            try await server.succeed(.post, "deployments", Self.deployment(["folder": "raw/{{ ds }}"]))
            let bare = FlowRunRequest(deployment: "monthly")
            let (status, fault) = try await server.refusal(.post, "flow-runs", bare)
            #expect(status == 422)
            #expect(fault.details.first?.contains(#""ds" has no value, as this run has no data interval"#) == true)
            let late = FlowRunRequest(
                deployment: "monthly", parameters: ["month": "{{ ds_nodash }}"], dataInterval: Self.july)
            let refusal = try await server.refusal(.post, "flow-runs", late)
            #expect(
                refusal.fault.details == [#"parameter "month": expected a whole number from 1 to 12, got 20200701"#])
            let backwards: JSONValue = [
                "deployment": "monthly",
                "dataInterval": ["start": "2020-08-01T00:00:00Z", "end": "2020-07-01T00:00:00Z"],
            ]
            #expect(try await server.refusal(.post, "flow-runs", backwards).status == 400)
        }
    }

    @Test("a run's name may name its parameters, secrets hidden, and its parameters that name")
    func runNamesOfParameters() async throws {
        try await ServerFixture.with { server in
            var deployment = Self.deployment(["password": "hunter2", "folder": "raw/{{ flow_run_name }}"])
            deployment.runName = "etl-{{ month | pad: 2 }}-{{ parameters.password }}-{{ deployment }}"
            try await server.succeed(.post, "deployments", deployment)
            let run = try await server.createRun(FlowRunRequest(deployment: "monthly", parameters: ["month": 7]))
            #expect(run.name == "etl-07-********-monthly")
            #expect(run.parameters["folder"] == .string("raw/\(run.name)"))
            var request = FlowRunRequest(deployment: "monthly")
            request.name = "by hand {{ mnoth }}"
            let (status, fault) = try await server.refusal(.post, "flow-runs", request)
            #expect(status == 422 && fault.message.contains("did you mean \"month\"?"), "\(fault.message)")
        }
    }

    @Test("a name that no run has is refused when the deployment is saved, with the nearest one")
    func unknownNamesInRunNames() async throws {
        try await ServerFixture.with { server in
            var deployment = Self.deployment([:])
            deployment.runName = "etl-{{ mnoth }}"
            let (status, fault) = try await server.refusal(.post, "deployments", deployment)
            #expect(status == 422)
            #expect(fault.message == "a deployment's run name cannot be filled in")
            #expect(
                fault.details == ["template, character 5: there is no \"mnoth\": did you mean \"month\"?"],
                "\(fault.details)")
            deployment.enforcesParameterSchema = false
            deployment.parameters = ["mnoth": 7]
            try await server.succeed(.post, "deployments", deployment)
        }
    }
}
