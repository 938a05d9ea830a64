import OrchModel

/// What saving a deployment would change.
struct DeploymentDifference: Encodable {
    /// One value that would be another one.
    struct Change: Encodable, Hashable {
        /// Where it is: `parameters.months[2]`.
        var path: String
        /// nil = there is none now.
        var old: JSONValue?
        /// nil = there would be none.
        var new: JSONValue?
    }

    var deployment: String
    /// What saving would do.
    var outcome: DeploymentReply.Outcome
    var changes: [Change]

    /// Compares what is saved, nil where nothing is, with what would be. Secrets are hidden on both sides.
    init(_ saved: Deployment?, _ request: DeploymentRequest) {
        deployment = "\(request.flowName)/\(request.name)"
        var request = request
        request.parameters = request.parameterSchema.redacted(request.parameters)
        let new = Self.members(request)
        guard let saved else {
            outcome = .created
            changes = new.sorted { $0.key < $1.key }.map { Change(path: $0.key, old: nil, new: $0.value) }
            return
        }
        var old = Self.members(saved)
        // What is not said stays as it is; so does a pause, which may have been changed elsewhere.
        for name in ["schedules", "isPaused"] where new[name] == nil { old[name] = nil }
        changes = []
        for name in Set(old.keys).union(new.keys).sorted() {
            Self.compare(old[name], new[name], at: name, &changes)
        }
        outcome = changes.isEmpty ? .unchanged : .updated
    }

    /// Members of the content by name; what holds nothing is left out.
    private static func members(_ value: some Encodable) -> [String: JSONValue] {
        let members = (try? JSONValue(encoding: value))?.objectValue ?? [:]
        let own = Set(DeploymentRequest.memberNames)
        return members.filter { name, value in own.contains(name) && value != [] && value != [:] && value != "" }
    }

    private static func compare(_ old: JSONValue?, _ new: JSONValue?, at path: String, _ changes: inout [Change]) {
        guard old != new else { return }
        switch (old, new) {
        case (.object(let left)?, .object(let right)?):
            for name in Set(left.keys).union(right.keys).sorted() {
                compare(left[name], right[name], at: "\(path).\(name)", &changes)
            }
        case (.array(let left)?, .array(let right)?) where (left + right).contains { $0.objectValue != nil }:
            for index in 0..<max(left.count, right.count) {
                // Written out, as the literal nil is the value null here.
                let one: JSONValue? = index < left.count ? left[index] : JSONValue?.none
                let other: JSONValue? = index < right.count ? right[index] : JSONValue?.none
                compare(one, other, at: "\(path)[\(index)]", &changes)
            }
        default: changes.append(Change(path: path, old: old, new: new))
        }
    }

    /// For people: the outcome, and a line for each change.
    var text: String {
        let title =
            switch outcome {
            case .created: "would be created"
            case .updated: "would change"
            case .unchanged: "unchanged"
            }
        return "\(deployment): \(title)\n" + changes.map { "  \(line($0))\n" }.joined()
    }

    private func line(_ change: Change) -> String {
        switch (change.old, change.new) {
        case (nil, let new?): "+ \(change.path): \(Self.shown(new))"
        case (let old?, nil): "- \(change.path): \(Self.shown(old))"
        case (let old, let new): "~ \(change.path): \(Self.shown(old ?? .null)) → \(Self.shown(new ?? .null))"
        }
    }

    private static func shown(_ value: JSONValue) -> String {
        let text = value.jsonText
        return text.count > 160 ? text.prefix(160) + "…" : text
    }
}
