import OrchModel

extension ObjectShape {
    /// A deployment. The keys stand in the order in which files are written.
    static let deployment = ObjectShape(
        name: "a deployment",
        keys: deploymentKeys,
        foreign: foreignToDeployments)

    private static var deploymentKeys: [KeyShape] {
        [identityKeys, valuesKeys, workKeys, scheduleKeys, infrastructureKeys, policyKeys, rulesKeys].flatMap(\.self)
    }

    private static let identityKeys: [KeyShape] = [
        KeyShape("name", .text, "The deployment's name: 1 to 200 characters, no \"/\".", isRequired: true),
        KeyShape("description", .prose, "What it is for; defaults to what the image says."),
        KeyShape("version", .text, "A name for this version, for people; versions are counted besides."),
        KeyShape(
            "tags", .list(.text), "Tags of every run; default to those that the image gives.", otherNames: ["tag"]),
        KeyShape(
            "flow_name", .text, "The flow; - and _ count as equal. May be left out where the image holds one flow.",
            otherNames: ["flow"]),
        KeyShape(
            "entrypoint", .text, "IMAGE:FLOW, such as taxi:latest:etl-parent-flow, in place of image and flow_name."),
        KeyShape("image", .text, "The image that holds the flow, such as taxi:latest."),
        KeyShape(
            "command", .oneOrList(.text),
            "The command, where the image holds no flows of orch's SDK: any image is a flow."),
    ]

    private static let valuesKeys: [KeyShape] = [
        KeyShape(
            "parameters", .map(.any),
            "Values of parameters; default to those that the image gives. Templates such as {{ ds }} are filled in for each run."
        ),
        KeyShape(
            "parameter_openapi_schema", .any,
            "What parameters there are, as a JSON Schema; the image's own counts where it has one.",
            otherNames: ["parameter_schema"]),
        KeyShape(
            "enforce_parameter_schema", .flag,
            "Whether runs with parameters that do not fit are refused; defaults to true."),
        KeyShape("run_name", .text, "A template for the names of runs.", otherNames: ["flow_run_name"]),
    ]

    private static let workKeys: [KeyShape] = [
        KeyShape("work_queue_name", .text, "The work queue; defaults to default.", otherNames: ["work_queue"]),
        KeyShape(
            "work_pool", .object(workPool), "Prefect 3's form: only its work_queue_name and job_variables are read."),
        KeyShape(
            "priority", .whole(0...1000),
            "0 to 1000; smaller comes first, each step counts as a minute of waiting; defaults to 0."),
        KeyShape("requires", .map(.any), "Labels that an agent must have to run it, such as {gpu: true}."),
        KeyShape(
            "concurrency_limit", .objectOrShort(concurrencyLimit, key: "limit", .whole(1...1_000_000)),
            "How many of its runs may be at work at once; defaults to any number."),
        KeyShape(
            "collision_strategy", .choice(collisions), "What happens to a run beyond the limit; defaults to enqueue."),
    ]

    private static let scheduleKeys: [KeyShape] = [
        KeyShape(
            "schedules", .list(.object(.schedule)),
            "When it runs; schedules that are made elsewhere stay where it is left out."),
        KeyShape("schedule", .object(.schedule), "The same for one."),
        KeyShape(
            "paused", .flag,
            "Whether its schedules make no runs; runs by hand go on. Stays as it is where it is left out.",
            otherNames: ["is_paused"]),
        KeyShape("is_schedule_active", .flag, "Prefect 2's word: false pauses the deployment's schedules."),
        KeyShape(
            "depends_on_past", .flag, "Whether a run waits for the one before it to be completed; defaults to false."),
    ]

    private static let infrastructureKeys: [KeyShape] = [
        KeyShape(
            "infrastructure", .objectOrShort(.infrastructure, key: "type", .text),
            "Where runs are started; defaults to docker with the block called default."),
        KeyShape(
            "infra_overrides", .overrides,
            "Fields of the infrastructure's block that are different here, as in {memory: 2g, env.LOG: debug}.",
            otherNames: ["job_variables"]),
        KeyShape(
            "source", .objectOrShort(source, key: "url", .text),
            "Files that runs read besides the image, from git: URL@REF:PATH, or a mapping."),
    ]

    private static let policyKeys: [KeyShape] = [
        KeyShape("retries", .whole(0...1000), "New attempts after one that went wrong; defaults to 0."),
        KeyShape(
            "retry_delay_seconds", .span, "Before the second attempt; defaults to 0.", otherNames: ["retry_delay"]),
        KeyShape("retry_backoff", .number(1...100), "What the delay is multiplied with each time; defaults to 1."),
        KeyShape(
            "retry_max_delay_seconds", .span, "The longest delay; defaults to an hour.", otherNames: ["retry_max_delay"]
        ),
        KeyShape("retry_jitter", .flag, "Whether a random share of the delay is waited; defaults to false."),
        KeyShape(
            "retry_on", .oneOrList(.text),
            "What is worth another attempt: failed, crashed, timed-out, out-of-memory, exit codes; defaults to [failed, crashed]."
        ),
        KeyShape(
            "timeout_seconds", .span, "The longest that an attempt may run; defaults to any time.",
            otherNames: ["timeout"]),
        KeyShape(
            "stop_grace_seconds", .whole(0...86_400), "From SIGTERM to SIGKILL; defaults to what the block says.",
            otherNames: ["stop_grace"]),
    ]

    private static let rulesKeys: [KeyShape] = [
        KeyShape("late_after", .span, "When a run that is due and has not begun is Late."),
        KeyShape("deadline", .span, "How long after it was due a run has to have ended."),
        KeyShape("expected_duration", .span, "How long a run takes as a rule."),
        KeyShape("sla", .object(sla), "The three before it, in one mapping."),
    ]

    private static let collisions = CollisionStrategy.allCases.map(\.rawValue)

    private static let sla = ObjectShape(
        name: "an sla",
        keys: [
            KeyShape("late_after", .span, "When a run that is due and has not begun is Late."),
            KeyShape("deadline", .span, "How long after it was due a run has to have ended."),
            KeyShape("expected_duration", .span, "How long a run takes as a rule."),
        ])

    private static let source = ObjectShape(
        name: "a source",
        keys: [
            KeyShape(
                "url", .text, "The repository: https://…, http://…, ssh://… or file://…, without a password.",
                otherNames: ["git", "repository"], isRequired: true),
            KeyShape(
                "ref", .text, "A branch, tag or commit; defaults to the repository's own branch.",
                otherNames: ["branch"]),
            KeyShape("path", .text, "The folder in it; defaults to all of it."),
            KeyShape("credentials", .text, "The git-credentials block of whoever reads it."),
        ])

    private static let concurrencyLimit = ObjectShape(
        name: "a concurrency limit",
        keys: [
            KeyShape("limit", .whole(1...1_000_000), "How many runs at once.", isRequired: true),
            KeyShape(
                "collision_strategy", .choice(collisions), "What happens to a run beyond it; defaults to enqueue."),
        ],
        foreign: [
            ForeignKey(
                "grace_period_seconds", "how long a slot is kept for a run that was submitted",
                here: "a slot is held by a run itself, and needs no such time")
        ])

    private static let workPool = ObjectShape(
        name: "a work pool",
        keys: [
            KeyShape("work_queue_name", .text, "The work queue."),
            KeyShape("job_variables", .overrides, "The same as job_variables of the deployment."),
        ],
        foreign: [ForeignKey("name", "the pool whose workers run it", here: Self.noPools)])

    static let noPools = "there are work queues alone, and agents that serve them: say work_queue_name"

    /// A file of several deployments.
    static let file = ObjectShape(
        name: "a file",
        keys: [
            KeyShape("variables", .map(.any), "Values that the file uses as ${var.NAME}."),
            KeyShape("deployments", .list(.object(.deployment)), "The deployments.", isRequired: true),
        ],
        foreign: [
            ForeignKey("name", "the project's name", here: "each deployment has its own"),
            ForeignKey("prefect-version", "the version that wrote the file", here: "nothing depends on it"),
            ForeignKey("build", "steps before a deployment is saved", here: noSteps),
            ForeignKey("push", "steps that store the code", here: noSteps),
            ForeignKey(
                "pull", "steps that fetch the code before each run",
                here: "the image holds the code; see source for files from git"),
            ForeignKey(
                "definitions", "a place for anchors", here: "its anchors can be used; write values as variables"),
        ])

    static let noSteps = "the image is built before, by docker build, and holds the code"
}
