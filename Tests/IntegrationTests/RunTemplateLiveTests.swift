import OrchClient
import OrchModel
import Testing

/// Templates in parameters, seen from inside a container.
@Suite(
    .enabled("needs a Docker engine and the program of busybox-static") { await LiveAgentBench.isPossible() },
    .timeLimit(.minutes(10)), .serialized)
struct RunTemplateLiveTests {
    @Test func aContainerGetsFilledInParametersAndItsDataInterval() async throws {
        try await LiveStack.with { stack in
            let script = #"echo "$ORCH_PARAMETERS"; echo "$ORCH_DATA_INTERVAL_START $ORCH_DATA_INTERVAL_END""#
            _ = try await stack.api.deploy(
                DeploymentRequest(
                    name: "monthly", flowName: "live", image: stack.bench.image, command: ["sh", "-c", script],
                    kind: .command,
                    parameters: [
                        "month": #"{{ data_interval_start | date: "%m" }}"#,
                        "trips": [["folder": "raw/{{ ds }}", "day": "{{ ds }}"]],
                    ],
                    parameterSchema: ParameterSchema([
                        .init("month", ValueSchema(.integer, minimum: 1, maximum: 12)),
                        .init(
                            "trips",
                            ValueSchema(
                                .array,
                                items: ValueSchema(
                                    .object,
                                    members: [
                                        .init("folder", ValueSchema(.string)),
                                        .init("day", ValueSchema(.string, format: .date)),
                                        .init("rows", ValueSchema(.integer), defaultValue: 5),
                                    ]))),
                    ])))
            let interval = try #require(DataInterval("2020-07-01/2020-08-01"))
            let run = try await stack.api.createRun(
                FlowRunRequest(deployment: "monthly", dataInterval: interval)
            ).run
            try await stack.withAgent {
                try await stack.untilLine(
                    #"{"month":7,"trips":[{"day":"2020-07-01","folder":"raw/2020-07-01","rows":5}]}"#, of: run)
                try await stack.untilLine("2020-07-01T00:00:00.000000Z 2020-08-01T00:00:00.000000Z", of: run)
                try await stack.until(run, .completed)
            }
            let shown = try await stack.now(run)
            #expect(shown.templates?["month"] == #"{{ data_interval_start | date: "%m" }}"#)
            #expect(shown.dataInterval == interval)
        }
    }
}
