import OrchModel
import OrchStore

extension Infrastructure {
    /// The block that says how its runs are made, where one is named.
    var blockKey: BlockKey? {
        guard let kind, let block else { return nil }
        return BlockKey(type: kind.blockType, name: block)
    }

    /// The command that stands in the place of the deployment's; nil where none does.
    var command: [String]? {
        guard case .array(let words)? = overrides?["command"] else { return nil }
        let texts = words.compactMap(\.stringValue)
        return texts.count == words.count ? texts : nil
    }

    /// The image that stands in the place of the deployment's; nil where none does.
    var image: String? { overrides?["image"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 } }

    /// - Throws: 422 where its type is not known here, or where there is no such field as one that it replaces, or its value
    ///   does not fit.
    func check() throws {
        if let kind, let type = BlockType.named(kind.blockType) {
            do throws(OverrideFault) {
                _ = try type.applying(overrides ?? [:], to: [:])
            } catch {
                throw APIFailure.invalid(
                    "fields in place of those of the \(type.slug) block cannot be used",
                    details: error.problems.map(\.description))
            }
            return
        }
        let known = InfrastructureKind.allCases.map(\.rawValue)
        let hint = NearestName.nearest(to: type, in: known, limit: 1).first.map { "; did you mean \($0)?" } ?? ""
        throw APIFailure.invalid(
            "there is no infrastructure \(PlainText.quoted(type)): the types are \(known.joined(separator: ", "))\(hint)"
        )
    }
}
