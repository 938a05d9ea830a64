public import TimeZones

/// The parameters of a schedule's runs, filled in for its next slot: what no slot's run could be made of is known before the schedule
/// is saved.
public struct SlotParameters: Sendable {
    private let flow: String
    private let deployment: String
    private let schema: ParameterSchema
    private let parameters: [String: JSONValue]
    private let enforces: Bool

    /// Those of a deployment's schedules.
    ///
    /// - Parameters:
    ///   - flow: the flow's name.
    ///   - deployment: the deployment's.
    ///   - parameters: the deployment's own; secrets may be hidden.
    ///   - enforces: whether they have to fit the schema.
    public init(
        flow: String, deployment: String, schema: ParameterSchema, parameters: [String: JSONValue], enforces: Bool
    ) {
        self.flow = flow
        self.deployment = deployment
        self.schema = schema
        self.parameters = parameters
        self.enforces = enforces
    }

    /// Those of the schedules of a deployment that is to be saved.
    public init(_ request: DeploymentRequest) {
        self.init(
            flow: request.flowName, deployment: request.name, schema: request.parameterSchema,
            parameters: request.parameters, enforces: request.enforcesParameterSchema != false)
    }

    /// Those of the schedules of a deployment that there is.
    public init(_ known: Deployment) {
        self.init(
            flow: known.flowName, deployment: known.name, schema: known.parameterSchema,
            parameters: known.parameters, enforces: known.enforcesParameterSchema != false)
    }

    /// What cannot be filled in, or does not fit when it is, for a schedule's next slot after an instant; for its last one where there is
    /// no next. Empty where the rule or the templates themselves are wrong, as others tell that.
    public func problems(
        of spec: ScheduleSpec, at now: Timestamp, in zones: ZoneDatabase = .system
    ) -> [ParameterProblem] {
        let values = schema.defaults.merging(parameters) { $1 }.merging(spec.parameters) { $1 }
        let templates = RunTemplates(schema)
        guard values.values.contains(where: \.holdsTemplate), templates.problems(in: values).isEmpty,
            let timetable = try? spec.timetable(in: zones),
            let fire = timetable.next(after: now) ?? timetable.previous(before: now)
        else { return [] }
        let id = Identifier.new()
        let facts = RunFacts(
            runID: id, runName: "\(deployment)-\(id.short)", flow: flow, deployment: deployment,
            scheduledFor: fire.instant, dataInterval: timetable.dataInterval(of: fire))
        let filled: [String: JSONValue]
        do throws(ParameterProblems) {
            filled = try templates.fill(values, with: facts).values
        } catch {
            return error.problems
        }
        guard enforces else { return [] }
        return schema.properties.flatMap { property -> [ParameterProblem] in
            guard let value = values[property.name], value.holdsTemplate, let result = filled[property.name] else {
                return []
            }
            // What is wrong beside the templates is told without a slot.
            let plain = Set(property.problems(with: value, passesTemplates: true).map(\.name))
            return property.problems(with: result).filter { !plain.contains($0.name) }.map { problem in
                var problem = problem
                problem.got += ", as its templates are filled in for the slot \(fire.localText)"
                return problem
            }
        }
    }

    /// The parameters that have to be given and are not, neither by the deployment nor by a schedule.
    public func missing(in spec: ScheduleSpec) -> [ParameterProblem] {
        guard enforces else { return [] }
        let values = parameters.merging(spec.parameters) { $1 }
        return schema.validate(values, passesTemplates: true).filter { $0.kind == .missing && schema[$0.name] != nil }
    }
}

extension JSONValue {
    /// Whether a text in it has places to fill.
    fileprivate var holdsTemplate: Bool {
        switch self {
        case .null, .bool, .int, .double: false
        case .string(let text): Template.isTemplate(text)
        case .array(let elements): elements.contains(where: \.holdsTemplate)
        case .object(let members): members.values.contains(where: \.holdsTemplate)
        }
    }
}
