/// An object that people write: a member that it does not have is a mistake of theirs, and told.
///
/// What programs send is open instead: members of a newer version are passed over.
public protocol ClosedObject: Decodable {
    /// The names of its members.
    static var memberNames: [String] { get }
    /// Those of its members that are closed objects themselves, or arrays of them. Defaults to none.
    static var closedMembers: [String: any ClosedObject.Type] { get }
}

extension ClosedObject {
    public static var closedMembers: [String: any ClosedObject.Type] { [:] }

    /// A sentence for each member of an object that is not known, with the nearest name; empty where all are, and where
    /// `value` is no object.
    ///
    /// - Parameters:
    ///   - value: the object.
    ///   - path: where it lies, such as `.policy`. Defaults to nothing, the top.
    public static func unknownMembers(in value: JSONValue, at path: String = "") -> [String] {
        guard let members = value.objectValue else { return [] }
        var problems: [String] = []
        for name in members.keys.sorted() where !memberNames.contains(name) {
            let nearest = NearestName.nearest(to: name, in: memberNames, limit: 1).first
            let all = memberNames.joined(separator: ", ")
            let hint = nearest.map { "did you mean \"\($0)\"?" } ?? "expected one of \(all)"
            problems.append("at \(path).\(name.prefix(100)): there is no such member; \(hint)")
        }
        for (name, type) in closedMembers.sorted(by: { $0.key < $1.key }) {
            guard let member = members[name] else { continue }
            problems += type.unknownMembers(in: member, at: "\(path).\(name)")
            for (index, element) in (member.arrayValue ?? []).enumerated() {
                problems += type.unknownMembers(in: element, at: "\(path).\(name)[\(index)]")
            }
        }
        return problems
    }
}

extension FlowRunRequest: ClosedObject {
    public static var memberNames: [String] { CodingKeys.allCases.map(\.rawValue) }
    public static var closedMembers: [String: any ClosedObject.Type] { ["policy": RunPolicy.self] }
}

extension DeploymentRequest: ClosedObject {
    public static var memberNames: [String] { CodingKeys.allCases.map(\.rawValue) }
    public static var closedMembers: [String: any ClosedObject.Type] {
        [
            "policy": RunPolicy.self, "infrastructure": Infrastructure.self, "source": SourceSpec.self,
            "schedules": ScheduleSpec.self,
        ]
    }
}

extension Infrastructure: ClosedObject {
    public static var memberNames: [String] { CodingKeys.allCases.map(\.rawValue) }
}

extension SourceSpec: ClosedObject {
    public static var memberNames: [String] { CodingKeys.allCases.map(\.rawValue) }
}

extension RunPolicy: ClosedObject {
    public static var memberNames: [String] { CodingKeys.allCases.map(\.rawValue) }
}
