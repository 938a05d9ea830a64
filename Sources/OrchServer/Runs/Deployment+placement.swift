import OrchModel

extension Deployment {
    /// What its runs ask of an agent: what it says, and that the agent has another infrastructure than the one that all have.
    var placement: [String: JSONValue]? {
        Placement.demands(of: requires, on: infrastructure.type)
    }
}
