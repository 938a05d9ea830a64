/// What Prefect's own files write in another way than it is written here.
enum PrefectForm {
    /// Keys that only a block which Prefect has written has.
    private static let marks = [
        "block_type_slug", "_block_type_slug", "_block_document_id", "_block_document_name", "_is_anonymous",
    ]

    /// A deployment with those parts in our form.
    static func prepared(_ node: YAMLNode, problems: inout [FileProblem]) -> YAMLNode {
        guard var members = node.members else { return node }
        members.removeAll { member in
            guard member.name == "sla", member.value.elements != nil else { return false }
            let warning = ForeignKey(
                "sla", "rules that its cloud watches",
                here: "say late_after, deadline and expected_duration, each a length of time")
            problems.append(FileProblem(warning.warning, at: member.place, isWarning: true))
            return true
        }
        for index in members.indices where members[index].name == "infrastructure" {
            members[index].value = infrastructure(members[index].value, problems: &problems)
        }
        return YAMLNode(.mapping(members), at: node.place)
    }

    private static func infrastructure(_ node: YAMLNode, problems: inout [FileProblem]) -> YAMLNode {
        guard let members = node.members, members.contains(where: { marks.contains($0.name) }) else { return node }
        func text(_ name: String) -> String? {
            members.first { $0.name == name }.flatMap { $0.value.isNull ? nil : $0.value.scalar?.text }
        }
        // A block of this deployment alone is written with every field, most of them empty.
        guard let name = text("_block_document_name"), text("_is_anonymous")?.lowercased() != "true" else {
            return YAMLNode(.mapping(members.filter { !isEmpty($0.value) }), at: node.place)
        }
        let block = YAMLNode(.scalar(YAMLScalar(name, .text)), at: node.place)
        problems.append(
            FileProblem(
                "infrastructure: the block \(Shown.quoted(name)) is used as it is saved here; of the copy of its fields in this "
                    + "file only type and image are read", at: node.place, isWarning: true))
        let kept = members.filter { ["type", "image"].contains($0.name) && !isEmpty($0.value) }
        return YAMLNode(.mapping(kept + [YAMLMember(name: "block", place: node.place, value: block)]), at: node.place)
    }

    private static func isEmpty(_ node: YAMLNode) -> Bool {
        node.isNull || node.elements?.isEmpty == true || node.members?.isEmpty == true
    }
}
