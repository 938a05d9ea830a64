import OrchModel

/// A deployment on one screen.
struct DeploymentSummary {
    var deployment: Deployment
    /// The schedules that it has; nil = those that its content says, as of an older version.
    var schedules: [Schedule]?

    /// The facts, then a table of parameters.
    var text: String {
        facts + "\n"
            + Table(
                header: ["PARAMETER", "EXPECTS", "VALUE", "MEANING"],
                rows: deployment.parameterSchema.properties.map { property in
                    let shown = deployment.parameterSchema.redacted(
                        [property.name: deployment.parameters[property.name] ?? property.defaultValue ?? .null])
                    return [
                        property.name, property.value.expectation, shown[property.name]?.jsonText ?? "",
                        property.description,
                    ]
                }, empty: "It takes no parameters."
            ).text
    }

    private var facts: String {
        let own: [(String, String?)] = [
            ("Deployment", deployment.fullName),
            ("Version", "\(deployment.version)" + (deployment.versionName.map { " (\($0))" } ?? "")),
            ("Description", deployment.description.isEmpty ? nil : deployment.description),
            ("Image", deployment.image),
            ("Command", deployment.command.isEmpty ? "the image's own" : deployment.command.joined(separator: " ")),
            ("Infrastructure", "\(deployment.infrastructure.type)/\(deployment.infrastructure.block ?? "default")"),
            ("Queue", deployment.workQueue),
            ("Overrides", deployment.infrastructure.overrides.map { JSONValue.object($0).hidingURLPasswords.jsonText }),
            ("Schedules", scheduleText),
            ("Priority", deployment.priority.map { "\($0)" }),
            (
                "Concurrency",
                deployment.concurrencyLimit.map { "\($0), \((deployment.collisionStrategy ?? .enqueue).rawValue)" }
            ),
            ("Requires", deployment.requires.map { JSONValue.object($0).jsonText }),
            ("Run name", deployment.runName),
            ("Source", deployment.source.map(Self.source)),
            ("Depends on past", deployment.dependsOnPast == true ? "yes" : nil),
            ("Schema", deployment.enforcesParameterSchema == false ? "not enforced" : nil),
            ("Tags", deployment.tags.isEmpty ? nil : deployment.tags.joined(separator: ", ")),
        ]
        return Table.facts(own + (deployment.policy?.facts ?? []) + [("Updated", deployment.updatedAt.brief)])
    }

    /// When it runs by itself; nil where it does not.
    var scheduleText: String? {
        let specs =
            schedules.map { schedules in
                schedules.map { schedule in
                    var spec = schedule.spec
                    spec.isActive = schedule.isActive
                    return spec
                }
            } ?? deployment.schedules ?? []
        let rules = specs.map { schedule in
            let zone = schedule.timezone == "UTC" ? "" : " \(schedule.timezone)"
            return "\(schedule.rule)\(zone)" + (schedule.isActive == false ? " (off)" : "")
        }
        guard deployment.isPaused == true else { return rules.isEmpty ? nil : rules.joined(separator: "; ") }
        return (["paused"] + rules).joined(separator: "; ")
    }

    private static func source(_ source: SourceSpec) -> String {
        source.url + (source.ref.map { "@\($0)" } ?? "") + (source.path.map { ":\($0)" } ?? "")
    }
}
