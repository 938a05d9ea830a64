import OrchModel

/// What can be said of schedules before they are saved.
struct ScheduleChecks: Sendable {
    /// `flow/deployment`.
    let deployment: String
    let schema: ParameterSchema
    /// The deployment's own parameters.
    let parameters: [String: JSONValue]
    /// Whether parameters have to fit.
    let enforces: Bool

    init(_ request: DeploymentRequest) {
        deployment = "\(request.flowName)/\(request.name)"
        (schema, parameters) = (request.parameterSchema, request.parameters)
        enforces = request.enforcesParameterSchema != false
    }

    init(_ known: Deployment) {
        deployment = known.fullName
        (schema, parameters) = (known.parameterSchema, known.parameters)
        enforces = known.enforcesParameterSchema != false
    }

    /// - Throws: 422 with all that cannot be used.
    func check(_ schedules: [ScheduleSpec]) throws {
        let problems = ScheduleSpec.problems(of: schedules) + schedules.flatMap(problems)
        guard problems.isEmpty else {
            throw APIFailure.invalid(
                "the \(schedules.count == 1 ? "schedule" : "schedules") of deployment \(deployment) cannot be used",
                details: problems)
        }
    }

    private func problems(_ schedule: ScheduleSpec) -> [String] {
        let values = schedule.parameters
        var problems: [String] = []
        if enforces {
            problems += schema.validate(values, passesTemplates: true).filter { $0.kind != .missing }.map(\.description)
        }
        problems += RunTemplates(schema).problems(in: schema.defaults.merging(parameters) { $1 }.merging(values) { $1 })
            .map(\.description)
        // A schedule is shown as it is kept.
        if schema.redacted(values) != values {
            problems.append(
                "a parameter holds a secret: expected it in the deployment's own parameters, or in a block, where it is sealed"
            )
        }
        return problems.map { "schedule \"\(schedule.slug.prefix(80))\": \($0)" }
    }
}
