/// Fills in the templates in a run's parameters when the run is made: `{{ data_interval_start | date: "%Y-%m" }}`.
///
/// A text anywhere in a parameter's value is one where it has `{{` in it. It may name what ``RunFacts/variables`` has, and
/// parameters of the run by their names (or as `parameters.NAME`) that are a single value, hold no template and are no secret.
/// Where something else than a text is expected, the filled text is read as on a command line: `07` is 7.
///
/// A parameter that is a template of the flow's own is left as it is. So is, in a flow that was built before this was done,
/// a text that names anything but a run's variables.
public struct RunTemplates: Sendable {
    private let schema: ParameterSchema

    /// The templates in values of that schema.
    public init(_ schema: ParameterSchema) {
        self.schema = schema
    }

    /// Parameters with the templates in them filled in.
    public struct Filled: Sendable, Hashable {
        /// All values, filled in.
        public var values: [String: JSONValue]
        /// Those that had templates in them, as they were.
        public var templates: [String: JSONValue]
    }

    /// All that is wrong with the templates in values, whatever the run.
    public func problems(in values: [String: JSONValue]) -> [ParameterProblem] {
        var problems: [ParameterProblem] = []
        for (property, value) in templates(in: values) {
            visit(value, property.value, property.name, isSecret: property.isSecret) { leaf in
                do throws(TemplateError) {
                    try check(try Template(leaf.text), of: property)
                } catch {
                    problems.append(ParameterProblem(template: error, name: leaf.path, isSecret: leaf.isSecret))
                }
            }
        }
        return problems
    }

    /// How much text all templates of a run make at most, in bytes: a few that name a long parameter many times would make
    /// more than any memory holds.
    private static let longestText = 4 << 20

    /// Fills in the templates.
    ///
    /// - Parameters:
    ///   - values: the run's parameters, defaults included.
    ///   - facts: what is known of the run.
    /// - Throws: every problem with them.
    public func fill(_ values: [String: JSONValue], with facts: RunFacts) throws(ParameterProblems) -> Filled {
        let templates = templates(in: values)
        guard !templates.isEmpty else { return Filled(values: values, templates: [:]) }
        var problems: [ParameterProblem] = []
        let names = namedValues(values).merging(facts.values) { $1 }
        var room = Self.longestText
        var filled = Filled(values: values, templates: [:])
        for (property, value) in templates {
            filled.templates[property.name] = value
            filled.values[property.name] = replacing(
                value, property.value, property.name, isSecret: property.isSecret
            ) { leaf in
                do throws(TemplateError) {
                    return try fill(leaf, of: property, names: names, room: &room)
                } catch {
                    problems.append(ParameterProblem(template: error, name: leaf.path, isSecret: leaf.isSecret))
                    return .string(leaf.text)
                }
            }
        }
        guard problems.isEmpty else { throw ParameterProblems(problems) }
        return filled
    }

    private func fill(
        _ leaf: Leaf, of property: ParameterSchema.Property, names: [String: JSONValue], room: inout Int
    ) throws(TemplateError) -> JSONValue {
        let template = try Template(leaf.text)
        try check(template, of: property)
        let text: String
        do throws(TemplateError) {
            text = try template.render(names, atMost: room)
            room -= text.utf8.count
        } catch {
            guard case .missing(let name, _, let position) = error,
                RunFacts.variables.contains(where: { $0.name == name && $0.isOfInterval })
            else { throw error }
            throw .noInterval(name: name, position: position)
        }
        guard leaf.schema.kind != nil || !leaf.schema.alternatives.isEmpty else { return .string(text) }
        return leaf.schema.parse(text) ?? .string(text)
    }

    /// The parameters that have templates in them for others than the flow to fill in, in the schema's order.
    private func templates(in values: [String: JSONValue]) -> [(ParameterSchema.Property, JSONValue)] {
        schema.properties.compactMap { property in
            guard !property.isTemplate, let value = values[property.name] else { return nil }
            var isFound = false
            visit(value, property.value, property.name, isSecret: false) { leaf in
                if schema.knowsTemplates || Self.namesRunAlone(leaf.text) { isFound = true }
            }
            return isFound ? (property, value) : nil
        }
    }

    private static func namesRunAlone(_ text: String) -> Bool {
        guard let names = try? Template(text).names, !names.isEmpty else { return false }
        return names.allSatisfy { name in RunFacts.variables.contains { $0.name == name } }
    }

    /// The parameters that a template may name, under both their names.
    private func namedValues(_ values: [String: JSONValue]) -> [String: JSONValue] {
        var named: [String: JSONValue] = [:]
        for property in schema.properties where !property.isSecret && property.isSingle && property.block == nil {
            guard let value = values[property.name], value.arrayValue == nil, value.objectValue == nil,
                value.stringValue.map(Template.isTemplate) != true
            else { continue }
            named[property.name] = value
            named["parameters.\(property.name)"] = value
        }
        return named
    }

    /// - Throws: where a place names what no run has.
    private func check(_ template: Template, of property: ParameterSchema.Property) throws(TemplateError) {
        for (name, position) in template.places {
            if RunFacts.variables.contains(where: { $0.name == name }) { continue }
            let own = name.hasPrefix("parameters.") ? String(name.dropFirst("parameters.".count)) : name
            guard let other = schema[own] else {
                let nameable = schema.properties.filter { !$0.isSecret && $0.isSingle && $0.name != property.name }
                let known = RunFacts.variables.map(\.name) + nameable.map(\.name)
                throw .unknownName(
                    name, nearest: NearestName.nearest(to: name, in: known), advice: RunFacts.advice(for: name),
                    known: known, position: position)
            }
            let reason: String? =
                if other.name == property.name {
                    "is this parameter itself"
                } else if other.isSecret || other.value.holdsSecret {
                    "is a secret, which is filled in nowhere"
                } else if other.block != nil {
                    "is a block's name, or an address that may hold a password: it is filled in nowhere"
                } else if !other.isSingle {
                    "is \(other.value.expectation), which has no place in a text"
                } else {
                    nil
                }
            if let reason { throw .unusable(name: name, reason: reason, position: position) }
        }
    }

    /// A text with places to fill, and where it is.
    struct Leaf {
        var text: String
        var path: String
        var schema: ValueSchema
        var isSecret: Bool
    }

    private func visit(
        _ value: JSONValue, _ schema: ValueSchema, _ path: String, isSecret: Bool, _ tell: (Leaf) -> Void
    ) {
        _ = replacing(value, schema, path, isSecret: isSecret) { leaf in
            tell(leaf)
            return .string(leaf.text)
        }
    }

    /// The value with each text that is a template replaced.
    private func replacing(
        _ value: JSONValue, _ schema: ValueSchema, _ path: String, isSecret: Bool, _ replace: (Leaf) -> JSONValue
    ) -> JSONValue {
        switch value {
        case .null, .bool, .int, .double: return value
        case .string(let text):
            guard Template.isTemplate(text) else { return value }
            return replace(Leaf(text: text, path: path, schema: schema, isSecret: isSecret))
        case .array(let elements):
            let items = schema.items ?? ValueSchema(nil)
            return .array(
                elements.enumerated().map { index, element in
                    replacing(element, items, "\(path)[\(index)]", isSecret: isSecret, replace)
                })
        case .object(var object):
            for (name, element) in object.sorted(by: { $0.key < $1.key }) {
                let member = schema.members?.first { $0.name == name }
                object[name] = replacing(
                    element, member?.value ?? schema.values ?? ValueSchema(nil), path + ValueSchema.step(name),
                    isSecret: isSecret || member?.isSecret == true, replace)
            }
            return .object(object)
        }
    }
}

extension ParameterSchema.Property {
    /// Whether its values are single ones, that can stand in a text.
    var isSingle: Bool { value.kind != .array && value.kind != .object }
}

extension ParameterProblem {
    /// A template that cannot be filled in.
    fileprivate init(template error: TemplateError, name: String, isSecret: Bool) {
        self.init(.template, name: name, expected: isSecret ? error.withoutText.description : error.description)
    }
}

extension TemplateError {
    /// The error without anything of the template's text, which may be a secret.
    fileprivate var withoutText: TemplateError {
        switch self {
        case .unexpected(_, let expected, let position):
            .unexpected(Secret.placeholder, expected: expected, position: position)
        case .unsuitable(_, let expected, let position):
            .unsuitable(value: .string(Secret.placeholder), expected: expected, position: position)
        default: self
        }
    }
}
