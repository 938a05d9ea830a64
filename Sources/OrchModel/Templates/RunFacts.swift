/// What is known of a run when it is made, and what the templates in its parameters may name.
public struct RunFacts: Sendable, Hashable {
    /// The run's identifier.
    public var runID: Identifier
    /// The run's name.
    public var runName: String
    /// The flow's name.
    public var flow: String
    /// The deployment's name.
    public var deployment: String
    /// When the run is due.
    public var scheduledFor: Timestamp
    /// The span of data it is about; nil = none.
    public var dataInterval: DataInterval?

    /// Facts of a run.
    public init(
        runID: Identifier, runName: String, flow: String, deployment: String, scheduledFor: Timestamp,
        dataInterval: DataInterval? = nil
    ) {
        self.runID = runID
        self.runName = runName
        self.flow = flow
        self.deployment = deployment
        self.scheduledFor = scheduledFor
        self.dataInterval = dataInterval
    }

    /// A name that templates may use.
    public struct Variable: Sendable, Hashable {
        /// The name.
        public var name: String
        /// What it stands for, in a few words.
        public var meaning: String
        /// Whether only a run with a data interval has it.
        public var isOfInterval: Bool
    }

    /// The names, in the order of documents.
    public static let variables: [Variable] = [
        Variable(name: "data_interval_start", meaning: "the first instant of the data interval", isOfInterval: true),
        Variable(name: "data_interval_end", meaning: "the first instant after it", isOfInterval: true),
        Variable(name: "logical_date", meaning: "the same as `data_interval_start`", isOfInterval: true),
        Variable(name: "ts", meaning: "the same as `data_interval_start`", isOfInterval: true),
        Variable(name: "ds", meaning: "its day: `2020-07-01`", isOfInterval: true),
        Variable(name: "ds_nodash", meaning: "its day without dashes: `20200701`", isOfInterval: true),
        Variable(name: "scheduled_for", meaning: "when the run is due", isOfInterval: false),
        Variable(name: "flow_run_id", meaning: "the run's identifier", isOfInterval: false),
        Variable(name: "flow_run_name", meaning: "the run's name", isOfInterval: false),
        Variable(name: "flow", meaning: "the flow's name", isOfInterval: false),
        Variable(name: "deployment", meaning: "the deployment's name", isOfInterval: false),
    ]

    /// The values of the names; those of a data interval that there is not are left out.
    public var values: [String: JSONValue] {
        var values: [String: JSONValue] = [
            "scheduled_for": .string("\(scheduledFor)"), "flow_run_id": .string("\(runID)"),
            "flow_run_name": .string(runName), "flow": .string(flow), "deployment": .string(deployment),
        ]
        if let dataInterval {
            let start = "\(dataInterval.start)"
            for name in ["data_interval_start", "logical_date", "ts"] { values[name] = .string(start) }
            values["data_interval_end"] = .string("\(dataInterval.end)")
            values["ds"] = .string(TemplateDate.text(of: dataInterval.start, format: "%F"))
            values["ds_nodash"] = .string(TemplateDate.text(of: dataInterval.start, format: "%Y%m%d"))
        }
        return values
    }

    /// What to write in place of a name that Airflow has; nil where it has no such name, or nothing is like it.
    static func advice(for name: String) -> String? {
        let end = "data_interval_end | date: \"%F\""
        let known = [
            "execution_date": "logical_date", "next_execution_date": "data_interval_end", "next_ds": end,
            "tomorrow_ds": end, "run_id": "flow_run_id", "dag_run.run_id": "flow_run_id", "dag_id": "flow",
            "dag.dag_id": "flow", "ts_nodash": "ts | date: \"%Y%m%dT%H%M%S\"",
            "ts_nodash_with_tz": "ts | date: \"%Y%m%dT%H%M%S+0000\"",
        ]
        if let text = known[name] { return "write {{ \(text) }}" }
        guard let prefix = name.split(separator: ".").first, name.contains(".") else { return nil }
        let rest = name.dropFirst(prefix.count + 1)
        switch prefix {
        case "params": return "write {{ \(rest) }}, the parameter's name"
        case "var": return "there are no variables: make it a parameter of the deployment"
        case "conn": return "connections are blocks, which a parameter names"
        case "macros": return "there are no macros: filters are \(Template.Filter.names.joined(separator: ", "))"
        case "ti", "task_instance", "task": return "a run's parameters are filled in before it has tasks"
        default: return nil
        }
    }
}
