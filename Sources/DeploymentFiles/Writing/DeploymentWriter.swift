package import OrchModel

/// Writes a deployment as a file that is read back as the same deployment.
package struct DeploymentWriter {
    /// The deployment.
    package var entry: DeploymentEntry
    /// What the flow takes, told in comments; nil = nothing is known of it.
    package var schema: ParameterSchema?

    package init(_ entry: DeploymentEntry, schema: ParameterSchema? = nil) {
        self.entry = entry
        self.schema = schema
    }

    /// The file, ending with a line end.
    package var text: String {
        let title = Self.oneLine(entry.flowName ?? entry.name)
        var lines = [
            "# A deployment of the flow \(title). Save it: orch deployment apply FILE",
            "# What would change: orch deployment diff FILE. All keys: orch deployment schema, docs/deployments.md.",
        ]
        lines += identity + [""] + parameters + [""] + work + schedules + [""] + infrastructure
        let policy = self.policy
        if !policy.isEmpty { lines += [""] + policy }
        lines += ["", "# What is deployed."] + flow
        return lines.joined(separator: "\n") + "\n"
    }

    /// A text as it may stand in a comment.
    private static func oneLine(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.filter { PlainText.isPlain(String($0)) }))
    }

    private func line(_ key: String, text value: String?) -> [String] {
        value.map { ["\(key): \(YAMLText.text($0))"] } ?? []
    }

    private func line(_ key: String, _ value: JSONValue?) -> [String] {
        value.map { ["\(key): \(YAMLText.flow($0))"] } ?? []
    }

    private func line(_ key: String, number value: Double?) -> [String] {
        line(key, value.map { Int64(exactly: $0).map(JSONValue.int) ?? .double($0) })
    }

    private func line(_ key: String, whole value: Int?) -> [String] { line(key, value.map { .int(Int64($0)) }) }

    private func line(_ key: String, texts value: [String]?) -> [String] {
        line(key, value.map { .array($0.map(JSONValue.string)) })
    }

    /// A mapping, a line for each of its members.
    private func mapping(_ key: String, _ values: [String: JSONValue]?) -> [String] {
        guard let values else { return [] }
        guard !values.isEmpty else { return ["\(key): {}"] }
        let members = values.sorted { $0.key < $1.key }
        return ["\(key):"] + members.map { "  \(YAMLText.key($0.key)): \(YAMLText.flow($0.value))" }
    }

    private var identity: [String] {
        line("name", text: entry.name) + line("description", text: entry.description)
            + line("version", text: entry.versionName) + line("tags", texts: entry.tags)
    }

    private var parameters: [String] {
        var lines: [String] = []
        if let schema, !schema.properties.isEmpty {
            lines.append("# Values of every run. The flow takes:")
            lines += schema.properties.map { property in
                var standing = property.isRequired ? "; must be given" : ""
                if let value = property.defaultValue, !property.isSecret, !property.value.holdsSecret {
                    standing = "; defaults to \(YAMLText.flow(value.hidingURLPasswords))"
                }
                return "#   " + Self.oneLine("\(property.name): \(property.value.expectation)\(standing)")
            }
        }
        return lines + mapping("parameters", entry.parameters)
            + line("parameter_openapi_schema", entry.parameterSchema)
            + line("enforce_parameter_schema", entry.enforcesParameterSchema.map(JSONValue.bool))
            + line("run_name", text: entry.runName)
    }

    private var work: [String] {
        var lines = line("work_queue_name", text: entry.workQueue) + line("priority", whole: entry.priority)
        lines += mapping("requires", entry.requires)
        if let limit = entry.concurrencyLimit {
            lines += ["concurrency_limit:", "  limit: \(limit)"]
            lines += line("  collision_strategy", text: entry.collisionStrategy?.rawValue)
        }
        return lines
    }

    private var schedules: [String] {
        var lines: [String] = []
        if let schedules = entry.schedules {
            lines.append(schedules.isEmpty ? "schedules: []" : "schedules:")
            lines += schedules.flatMap(schedule)
        } else {
            lines.append(
                "# schedules: [{cron: \"0 7 2 * *\", timezone: Europe/Berlin}]   (07:00 on the 2nd of each month)")
        }
        return lines + line("paused", entry.isPaused.map(JSONValue.bool))
            + line("depends_on_past", entry.dependsOnPast.map(JSONValue.bool))
    }

    private func schedule(_ spec: ScheduleSpec) -> [String] {
        guard let members = try? JSONValue(encoding: spec).objectValue else { return [] }
        var lines: [String] = []
        for key in ObjectShape.schedule.keys {
            guard let value = members[EntryReader.memberNames[key.name] ?? key.name] else { continue }
            lines.append((lines.isEmpty ? "  - " : "    ") + "\(key.name): \(YAMLText.flow(value))")
        }
        return lines
    }

    private var infrastructure: [String] {
        var lines: [String] = []
        if entry.infrastructureType != nil || entry.infrastructureBlock != nil {
            lines.append("infrastructure:")
            lines += line("  type", text: entry.infrastructureType) + line("  block", text: entry.infrastructureBlock)
        }
        lines +=
            entry.overrides.isEmpty
            ? ["# infra_overrides: {memory: 2g, env.LOG_LEVEL: debug}"] : mapping("infra_overrides", entry.overrides)
        guard let source = entry.source, let members = try? JSONValue(encoding: source) else { return lines }
        return lines + mapping("source", members.objectValue)
    }

    private var policy: [String] {
        var lines: [String] = []
        guard let policy = entry.policy else { return [] }
        let standard = RunPolicy()
        func differing<Value: Equatable>(_ path: KeyPath<RunPolicy, Value>) -> Value? {
            policy[keyPath: path] == standard[keyPath: path] ? nil : policy[keyPath: path]
        }
        lines += line("retries", whole: differing(\.retries))
        lines += line("retry_delay_seconds", number: differing(\.retryDelaySeconds))
        lines += line("retry_backoff", number: differing(\.retryBackoff))
        lines += line("retry_max_delay_seconds", number: differing(\.retryMaxDelaySeconds))
        lines += line("retry_jitter", differing(\.retryJitter).map(JSONValue.bool))
        lines += line("retry_on", texts: differing(\.retryOn)?.map(\.description).sorted())
        lines += line("timeout_seconds", number: policy.timeoutSeconds)
        lines += line("stop_grace_seconds", whole: policy.stopGraceSeconds)
        lines += line("late_after", number: policy.lateAfterSeconds)
        lines += line("deadline", number: policy.deadlineSeconds)
        return lines + line("expected_duration", number: policy.expectedSeconds)
    }

    private var flow: [String] {
        line("flow_name", text: entry.flowName) + line("image", text: entry.image)
            + line("entrypoint", text: entry.entrypoint) + line("command", texts: entry.command)
    }
}
