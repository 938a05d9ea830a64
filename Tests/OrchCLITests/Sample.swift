import OrchModel

/// Values that tests of several commands need.
enum Sample {
    static let run = FlowRun(
        id: .new(), name: "run", flowName: "f", parameters: [:], workQueue: "default", image: "i",
        state: RunState(.running, message: "m", at: Timestamp(microseconds: 0), actor: "a"),
        createdAt: Timestamp(microseconds: 0), scheduledFor: Timestamp(microseconds: 0))

    static func deployment(_ image: String, _ kind: RunEnding.Kind, updated: Int64) -> Deployment {
        let request = DeploymentRequest(
            name: image, flowName: "f", image: image, command: [], kind: kind, parameterSchema: ParameterSchema([]))
        return Deployment(
            id: .new(), version: 1, request: request, createdAt: Timestamp(microseconds: 0),
            updatedAt: Timestamp(microseconds: updated))
    }
}
