import FoundationEssentials
import OrchModel
import OrchStore

/// Blocks that a file asks for at start; those that exist are left as they are.
///
/// The file is a list of blocks, or an object with the list as `blocks`. A value `{"$file": "/path"}` stands for what
/// that file holds, so that the list itself need not hold secrets.
struct BootstrapBlocks: Decodable {
    struct Block: Decodable {
        var type: String
        var name: String
        var values: [String: JSONValue]
    }

    var blocks: [Block]

    private enum CodingKeys: String, CodingKey {
        case blocks
    }

    init(from decoder: any Decoder) throws {
        if let container = try? decoder.container(keyedBy: CodingKeys.self) {
            blocks = try container.decode([Block].self, forKey: .blocks)
        } else {
            blocks = try [Block](from: decoder)
        }
    }

    /// Reads the file.
    ///
    /// - Throws: ``OrchServerError/bootstrap(path:reason:)``; its text repeats no value of the file.
    static func read(_ path: String) throws -> BootstrapBlocks {
        do {
            return try APIJSON.decode(BootstrapBlocks.self, from: try Data(contentsOf: URL(filePath: path)))
        } catch let failure as APIFailure {
            throw OrchServerError.bootstrap(path: path, reason: failure.fault.message)
        } catch let error as CocoaError {
            throw OrchServerError.bootstrap(path: path, reason: "the file cannot be read (\(error.code))")
        }
    }

    /// Creates those that do not exist, the ones that others name first.
    ///
    /// - Returns: the names of those created.
    func create(in vault: BlockVault, path: String, at: Timestamp) async throws -> [BlockKey] {
        var created: [BlockKey] = []
        for block in Self.ordered(blocks) {
            let key = BlockKey(type: block.type, name: block.name)
            guard try await vault.store.block(key) == nil else { continue }
            do {
                _ = try await vault.save(key, values: try Self.filled(block.values, path: path), at: at)
            } catch let failure as APIFailure {
                throw OrchServerError.bootstrap(path: path, reason: failure.fault.description)
            } catch let error as StoreError {
                throw OrchServerError.bootstrap(path: path, reason: "\(error)")
            }
            created.append(key)
        }
        return created
    }

    /// The values with the content of files in place of their `$file` references.
    private static func filled(_ values: [String: JSONValue], path: String) throws -> [String: JSONValue] {
        try values.mapValues { value in
            guard case .object(let members) = value, members.count == 1, let file = members["$file"]?.stringValue
            else { return value }
            guard let text = try SecretFile(path: file).read() else {
                throw OrchServerError.bootstrap(path: path, reason: "the file \(file) that it names does not exist")
            }
            return .string(text.reveal())
        }
    }

    /// Blocks after all that they name, as far as the file holds them.
    static func ordered(_ blocks: [Block]) -> [Block] {
        var waiting = blocks
        var ordered: [Block] = []
        while !waiting.isEmpty {
            let keys = Set(waiting.map { BlockKey(type: $0.type, name: $0.name) })
            let ready = waiting.indices.first { index in
                let block = waiting[index]
                let references = BlockType.named(block.type)?.references(in: block.values) ?? []
                return keys.isDisjoint(with: references)
            }
            ordered.append(waiting.remove(at: ready ?? waiting.startIndex))
        }
        return ordered
    }
}
