/// What a run is called: a template of what ``RunFacts/variables`` has, and of the run's parameters by their names or as
/// `parameters.NAME`, secrets hidden. Where a variable and a parameter have one name, the plain name is the variable's.
public struct RunNameTemplate: Sendable, Hashable {
    private let template: Template

    /// Reads a template.
    public init(_ text: String) throws(TemplateError) { template = try Template(text) }

    /// Whether it names anything but the run's variables.
    public var namesParameters: Bool {
        template.names.contains { name in !Self.isVariable(name) }
    }

    /// Looks at the names in it.
    ///
    /// - Parameters:
    ///   - schema: the flow's parameters.
    ///   - others: names of values that the schema does not know, where those are let through.
    /// - Throws: the first place whose name no run has, with the nearest one, or whose value has no place in a text.
    public func check(_ schema: ParameterSchema, others: [String] = []) throws(TemplateError) {
        for (name, position) in template.places where !Self.isVariable(name) {
            let own = Self.parameter(of: name)
            if others.contains(own) { continue }
            guard let property = schema[own] else {
                let known = RunFacts.variables.map(\.name) + schema.properties.filter(\.isSingle).map(\.name) + others
                throw .unknownName(
                    name, nearest: NearestName.nearest(to: name, in: known), advice: RunFacts.advice(for: name),
                    known: known, position: position)
            }
            guard property.isSingle else {
                throw .unusable(
                    name: name, reason: "is \(property.value.expectation), which has no place in a name",
                    position: position)
            }
        }
    }

    /// The name.
    ///
    /// - Parameters:
    ///   - facts: what is known of the run.
    ///   - parameters: its parameters as they are shown, secrets hidden.
    ///   - limit: how many bytes it may have.
    public func render(
        _ facts: RunFacts, parameters: [String: JSONValue], atMost limit: Int
    ) throws(TemplateError) -> String {
        var values = facts.values
        for (name, value) in parameters {
            values["parameters.\(name)"] = value
            if !Self.isVariable(name) { values[name] = value }
        }
        do throws(TemplateError) {
            return try template.render(values, atMost: limit)
        } catch {
            guard case .missing(let name, _, let position) = error,
                RunFacts.variables.contains(where: { $0.name == name && $0.isOfInterval })
            else { throw error }
            throw .noInterval(name: name, position: position)
        }
    }

    private static func isVariable(_ name: String) -> Bool { RunFacts.variables.contains { $0.name == name } }

    private static func parameter(of name: String) -> String {
        let prefix = "parameters."
        return name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name
    }
}
