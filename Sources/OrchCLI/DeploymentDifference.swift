import DeploymentFiles
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
    /// What is compared, for people: `version 3 to 4`; nil = what is saved with what would be.
    private var versions: String?

    private enum CodingKeys: String, CodingKey {
        case deployment, outcome, changes
    }

    /// What changed from one version of a deployment to another. Pauses belong to no version.
    init(from old: Deployment, to new: Deployment) {
        var (old, new) = (old, new)
        (old.isPaused, new.isPaused) = (nil, nil)
        self.init(DeploymentPreview(outcome: .updated, saved: old, next: new))
        if changes.isEmpty { outcome = .unchanged }
        versions = "version \(old.version) to \(new.version)"
    }

    /// What the controller finds that saving would do. Values out of the environment are hidden.
    init(_ preview: DeploymentPreview, hiding environment: EnvironmentValues = EnvironmentValues()) {
        deployment = preview.next.fullName
        outcome = preview.outcome
        changes = []
        let old = preview.saved.map(Self.members) ?? ["isPaused": false]
        let new = Self.members(preview.next)
        for name in Set(old.keys).union(new.keys).sorted() {
            Self.compare(old[name], new[name], at: name, &changes)
        }
        changes = changes.map { change in
            Change(
                path: change.path, old: change.old.map { environment.hidden(in: $0) },
                new: change.new.map { environment.hidden(in: $0) })
        }
    }

    /// Members of the content by name; what holds nothing is left out. Schedules are told by their slugs.
    private static func members(_ deployment: Deployment) -> [String: JSONValue] {
        let all = (try? JSONValue(encoding: deployment))?.objectValue ?? [:]
        let own = Set(DeploymentRequest.memberNames)
        var members = all.filter { name, value in own.contains(name) && value != [] && value != [:] && value != "" }
        members["isPaused"] = .bool(deployment.isPaused == true)
        if let schedules = members["schedules"]?.arrayValue {
            members["schedules"] = .object(
                Dictionary(schedules.map { ($0["slug"]?.stringValue ?? "", $0) }) { first, _ in first })
        }
        return members
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
            case .updated: versions ?? "would change"
            case .unchanged: versions.map { "\($0), no difference" } ?? "unchanged"
            }
        return "\(deployment): \(title)\n" + (changes.map(line) + remarks).map { "  \($0)\n" }.joined()
    }

    /// What makes a new version and is no value that is shown.
    private var remarks: [String] {
        guard outcome == .updated, changes.isEmpty else { return [] }
        return [
            "a new version with the same values: a secret is another one, or schedules are no longer said, and stay"
        ]
    }

    private func line(_ change: Change) -> String {
        switch (change.old, change.new) {
        case (nil, let new?): "+ \(change.path): \(Self.shown(new))"
        case (let old?, nil): "- \(change.path): \(Self.shown(old))"
        case (let old, let new): "~ \(change.path): \(Self.shown(old ?? .null)) → \(Self.shown(new ?? .null))"
        }
    }

    private static func shown(_ value: JSONValue) -> String {
        let text = value.hidingURLPasswords.jsonText
        return text.count > 160 ? text.prefix(160) + "…" : text
    }
}
