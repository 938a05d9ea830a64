import OrchModel

/// Reads the documents of a file into deployments.
struct FileReader {
    private(set) var deployments: [DeploymentFile.Deployment] = []
    private(set) var problems: [FileProblem] = []
    private var names: [String: SourcePlace] = [:]

    /// Reads one document.
    mutating func read(_ document: YAMLNode, variables: inout FileVariables) {
        guard var members = document.members else {
            let hint = document.elements == nil ? "" : "; put the list under deployments:"
            problems.append(
                FileProblem(
                    "expected a deployment: a mapping of name, flow_name, parameters…, got \(Shown.node(document))\(hint)",
                    at: document.place))
            return
        }
        if let index = members.firstIndex(where: { $0.name == "variables" }) {
            variables.define(members.remove(at: index).value)
        }
        guard let list = members.firstIndex(where: { $0.name == "deployments" }) else {
            if members.isEmpty { return }
            deployment(variables.filled(YAMLNode(.mapping(members), at: document.place)))
            return
        }
        let node = members.remove(at: list).value
        var reader = ShapeReader()
        var shape = ObjectShape.file
        shape.keys = []
        _ = reader.object(YAMLNode(.mapping(members), at: document.place), as: shape, at: "")
        problems += reader.problems
        guard let elements = node.elements else {
            problems.append(
                FileProblem("deployments: expected a list of deployments, got \(Shown.node(node))", at: node.place))
            return
        }
        for element in elements { deployment(variables.filled(element)) }
    }

    private mutating func deployment(_ node: YAMLNode) {
        var reader = EntryReader()
        let entry = reader.entry(node)
        problems += reader.problems
        guard let entry else { return }
        let key = "\(entry.flowName ?? entry.entrypoint ?? "")/\(entry.name)"
        if let first = names[key] {
            problems.append(
                FileProblem(
                    "the deployment \(Shown.quoted(entry.name)) stands here again; its first place is line \(first.line)",
                    at: node.place))
        }
        names[key] = node.place
        deployments.append(
            .init(entry: entry, place: node.place, places: reader.places, sources: reader.shapes.sources))
    }
}
