import OrchModel

/// Parameter values from the command line, read by a flow's schema.
enum Parameters {
    /// The values of `--params JSON` with each `-p key=value` laid over them. Texts with places to fill pass: the controller
    /// fills them in.
    ///
    /// - Throws: a usage message that lists every problem.
    static func read(assignments: [String], json: String?, by schema: ParameterSchema) throws -> [String: JSONValue] {
        var values: [String: JSONValue] = [:]
        if let json {
            guard let object = (try? JSONValue(parsing: json))?.objectValue else {
                throw Message(.usage, "--params: expected one JSON object such as {\"month\": 7}, got: \(json)")
            }
            values = object
        }
        do {
            for (name, value) in try schema.parse(assignments: assignments, passesTemplates: true) {
                values[name] = value
            }
        } catch {
            throw Message(.usage, error.description)
        }
        let known = Set(schema.properties.map(\.name))
        let problems = schema.validate(values, passesTemplates: true).filter {
            !($0.kind == .missing && known.contains($0.name))
        }
        guard problems.isEmpty else { throw Message(.usage, ParameterProblems(problems).description) }
        return values
    }
}
