import FoundationEssentials

extension LakeDataset {
    /// Where a file's columns differ from a dataset's. The order of columns is no difference.
    struct Difference: Equatable {
        /// Columns that the dataset has and the file has not.
        var missing: [Column]
        /// Columns that the file has and the dataset has not.
        var new: [Column]
        /// Columns that both have, with other types.
        var retyped: [Retyping]

        init(from known: [Column], to columns: [Column]) {
            let types = Dictionary(known.map { ($0.name, $0.type) }) { first, _ in first }
            let names = Set(columns.map(\.name))
            missing = known.filter { !names.contains($0.name) }
            new = columns.filter { types[$0.name] == nil }
            retyped = columns.compactMap { column in
                guard let from = types[column.name], from != column.type else { return nil }
                return Retyping(name: column.name, from: from, to: column.type)
            }
        }

        /// In words, one sentence part a column.
        var descriptions: [String] {
            retyped.map { "\($0.name) was \($0.from) and is \($0.to)" }
                + missing.map { column in
                    let heir = new.first { Self.key($0.name) == Self.key(column.name) }
                    return "\(column.name) (\(column.type)) is gone"
                        + (heir.map { ", and \($0.name) looks like a new name of it" } ?? "")
                }
                + new.map { "\($0.name) (\($0.type)) is new" }
        }

        /// A name without what spellings differ in.
        private static func key(_ name: String) -> String { name.lowercased().filter { $0 != "_" && $0 != " " } }
    }

    /// What a file's columns mean for a dataset.
    enum Verdict: Equatable {
        /// They fit.
        case fits
        /// They fit once the dataset has these columns.
        case evolves(columns: [Column], Difference)
        /// They break it.
        case breaks(Difference)
    }

    /// What a file's columns mean for this dataset.
    ///
    /// A column that goes while another comes may have been renamed, and nobody could tell later: that is no mere
    /// addition.
    func verdict(on file: [Column], _ evolution: SchemaEvolution) -> Verdict {
        let difference = Difference(from: columns, to: file)
        let isSubset = difference.new.isEmpty && difference.retyped.isEmpty
        switch evolution {
        case .replace:
            return isSubset && difference.missing.isEmpty ? .fits : .evolves(columns: file, difference)
        case _ where isSubset:
            return .fits
        case .add where difference.retyped.isEmpty && difference.missing.isEmpty:
            return .evolves(columns: columns + difference.new, difference)
        case .add, .refuse:
            return .breaks(difference)
        }
    }

    /// Who changes a dataset.
    struct Author {
        var run: String?
        var object: String
        var at: Date
    }

    /// A dataset whose first file has these columns.
    init(_ dataset: String, columns: [Column], by author: Author) {
        self.init(format: Self.format, dataset: dataset, schemaVersion: 0, columns: [], history: [])
        self = evolved(to: columns, Difference(from: [], to: columns), by: author)
    }

    /// This dataset with the next version of its schema.
    func evolved(to columns: [Column], _ difference: Difference, by author: Author) -> LakeDataset {
        var next = self
        next.schemaVersion += 1
        next.columns = columns
        let version = Version(
            version: next.schemaVersion, at: author.at, run: author.run, object: author.object, added: difference.new,
            removed: difference.missing, retyped: difference.retyped)
        next.history = Array(([version] + history).prefix(Self.longestHistory))
        return next
    }
}

extension LakeDataset {
    /// The name of the object that holds what a lake remembers of a dataset.
    static func object(of dataset: String) -> String { "_datasets/\(dataset).json" }

    /// Reads the object's bytes.
    /// - Throws: `DecodingError`, or `UnknownFormat` for a form of a newer version.
    init(json bytes: [UInt8]) throws {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        let found = try decoder.decode(Form.self, from: Data(bytes))
        guard found.format == Self.format else { throw UnknownFormat(format: found.format) }
        self = try decoder.decode(LakeDataset.self, from: Data(bytes))
    }

    /// The object's bytes; the oldest versions are left out where they would be more than `limit`.
    func json(atMost limit: Int = .max) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        var kept = self
        while true {
            let bytes = Array(try encoder.encode(kept)) + [UInt8(ascii: "\n")]
            guard bytes.count > limit, !kept.history.isEmpty else { return bytes }
            kept.history.removeLast((kept.history.count + 1) / 2)
        }
    }

    private struct Form: Decodable {
        var format: Int
    }

    /// The object has another form than this version reads.
    struct UnknownFormat: Error, CustomStringConvertible {
        var format: Int

        var description: String {
            "expected format \(LakeDataset.format), got \(format): a newer version wrote it, use that one"
        }
    }
}
