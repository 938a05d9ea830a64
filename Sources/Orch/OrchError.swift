/// Why the SDK could not do what a flow or its command line asked for.
@nonexhaustive
public enum OrchError: Error, Sendable {
    /// The program has no such flow.
    case unknownFlow(String, nearest: [String], known: [String])
    /// Two flows of a program have one name.
    case duplicateFlow(String)
    /// A flow's name has a character it must not have, or none at all.
    case invalidFlowName(String)
    /// A default deployment that its flow cannot run.
    case invalidDeployment(String, reason: String)
    /// A flow declares a parameter that cannot be used.
    case invalidParameter(flow: String, name: String, reason: String)
    /// A flow declares a graph that cannot be run.
    case invalidGraph(flow: String, reason: String)
    /// An environment variable does not hold what it must. Its value is left out, as it may be secret.
    case invalidEnvironment(variable: String, expected: String)
    /// A block that was asked for is not in the environment.
    case missingBlock(type: String, name: String, variable: String, present: [String])
    /// A block's document does not have the shape of its type. Values are left out, as they may be secret.
    case invalidBlock(type: String, name: String, reason: String)
    /// An artifact that cannot be made.
    case invalidArtifact(key: String, reason: String)
    /// A flow runs inside a flow inside a flow, and so on, too often.
    case nestedTooDeep(flow: String, limit: Int)
    /// Something that only a controller can do was asked for by a program that runs by hand.
    case needsController(String)
    /// A call of the operating system failed.
    case system(call: String, reason: String)
}

extension OrchError: CustomStringConvertible {
    /// A sentence: what failed, what was expected, what to do.
    public var description: String {
        switch self {
        case .unknownFlow(let name, let nearest, let known):
            let hint = nearest.first.map { "did you mean \"\($0)\"? " } ?? ""
            return "no flow is called \"\(name)\": \(hint)this program has \(known.joined(separator: ", "))"
        case .duplicateFlow(let name):
            return "two flows are called \"\(name)\": give each flow a name of its own"
        case .invalidFlowName(let name):
            return "\"\(name)\" cannot name a flow: expected letters, digits, \"-\" and \"_\""
        case .invalidDeployment(let name, let reason):
            return "the default deployment \"\(name)\" cannot run: \(reason)"
        case .invalidParameter(let flow, let name, let reason):
            return "the parameter \"\(name)\" of the flow \"\(flow)\" cannot be used: \(reason)"
        case .invalidGraph(let flow, let reason):
            return "the graph of the flow \"\(flow)\" cannot be run: \(reason)"
        case .invalidEnvironment(let variable, let expected):
            return "the environment variable \(variable) must hold \(expected)"
        case .missingBlock(let type, let name, _, _) where !BlockEnvironment.isValid(name: name):
            // It may be an address with a password in it: never repeated.
            return "a parameter of the flow names no \(type) block: expected a block's name, or an address with ://"
        case .missingBlock(let type, let name, let variable, let present):
            let nearest = NearestName.nearest(to: variable, in: present).first.map { " (there is \($0))" } ?? ""
            return "the \(type) block \"\(name)\" is not here: expected its JSON document in \(variable)\(nearest). "
                + "Create it with `orch block create \(type) \(name)`, and name it in a parameter of the flow"
        case .invalidBlock(let type, let name, let reason):
            return "the \(type) block \"\(name)\" cannot be read: \(reason)"
        case .invalidArtifact(let key, let reason):
            return "the artifact \"\(key)\" cannot be made: \(reason)"
        case .nestedTooDeep(let flow, let limit):
            return "\(flow) cannot run inside \(limit) other flows: does a flow run itself without an end?"
        case .needsController(let what):
            return
                "\(what) cannot be run by hand: a controller starts it. Deploy this flow (`orch deploy`) and run it with "
                + "`orch run`"
        case .system(let call, let reason):
            return "\(call) failed: \(reason)"
        }
    }
}
