import OrchModel

extension Deployment {
    /// What its runs ask of an agent: what it says, and that the agent has another infrastructure than the one that all have.
    var placement: [String: JSONValue]? {
        guard infrastructure.type != "docker" else { return requires }
        return ["infrastructure": .string(infrastructure.type)].merging(requires ?? [:]) { $1 }
    }
}
