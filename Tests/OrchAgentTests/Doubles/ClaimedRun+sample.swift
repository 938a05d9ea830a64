import OrchModel

extension ClaimedRun {
    /// A claimed command run with fixed identifiers; `change` makes it differ.
    static func sample(_ change: (inout ClaimedRun) -> Void = { _ in }) -> ClaimedRun {
        var run = ClaimedRun(
            runID: .fixed(1), runName: "hello-1", attempt: 1, token: "token-1", instance: .fixed(2),
            flowName: "hello", deploymentName: "hello", kind: .command, image: "h:1", command: ["hello"],
            parameters: [:], container: DockerContainerBlock(), secrets: ["ORCH_API_KEY": "orch_run_canary"],
            apiURL: "http://orch:4200", scheduledFor: Timestamp(microseconds: 1_593_561_600_000_000))
        change(&run)
        return run
    }
}

extension Identifier {
    /// A fixed identifier that ends in `number`, which has one digit.
    static func fixed(_ number: Int) -> Identifier {
        Identifier("01980c4e-7f3a-7cc2-9b1e-00000000000\(number)") ?? .new()
    }
}
