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
    private let filled: SlotParameters

    init(_ request: DeploymentRequest) {
        deployment = "\(request.flowName)/\(request.name)"
        (schema, parameters) = (request.parameterSchema, request.parameters)
        enforces = request.enforcesParameterSchema != false
        filled = SlotParameters(request)
    }

    init(_ known: Deployment) {
        deployment = known.fullName
        (schema, parameters) = (known.parameterSchema, known.parameters)
        enforces = known.enforcesParameterSchema != false
        filled = SlotParameters(known)
    }

    /// - Throws: 422 with all that cannot be used, at the schedules' next slots after `now`.
    func check(_ schedules: [ScheduleSpec], at now: Timestamp) throws {
        let problems = ScheduleSpec.problems(of: schedules) + schedules.flatMap { misfits($0, at: now) }
        guard problems.isEmpty else {
            throw APIFailure.invalid(
                "the \(schedules.count == 1 ? "schedule" : "schedules") of deployment \(deployment) cannot be used",
                details: problems)
        }
    }

    /// What may surprise of schedules that a deployment has or gets, a sentence each; what would be refused of a new one too, as the
    /// deployment may have changed since.
    func warnings(_ schedules: [ScheduleSpec], at now: Timestamp) -> [String] {
        schedules.flatMap { schedule in
            schedule.warnings(at: now)
                + misfits(schedule, at: now)
                + filled.missing(in: schedule).map {
                    "schedule \"\(schedule.slug)\": \($0); its slots make no runs until it has a value"
                }
        }
    }

    /// What does not fit the deployment.
    private func misfits(_ schedule: ScheduleSpec, at now: Timestamp) -> [String] {
        let values = schedule.parameters
        var problems: [String] = []
        if enforces {
            problems += schema.validate(values, passesTemplates: true).filter { $0.kind != .missing }.map(\.description)
        }
        problems += RunTemplates(schema).problems(in: schema.defaults.merging(parameters) { $1 }.merging(values) { $1 })
            .map(\.description)
        problems += filled.problems(of: schedule, at: now).map(\.description)
        // A schedule is shown as it is kept.
        if schema.redacted(values) != values {
            problems.append(
                "a parameter holds a secret: expected it in the deployment's own parameters, or in a block, where it is sealed"
            )
        }
        return problems.map { "schedule \"\(schedule.slug.prefix(80))\": \($0)" }
    }
}
