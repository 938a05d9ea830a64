import FoundationEssentials
package import TableFormats

extension LakeSink {
    /// The largest memory of a dataset that is written and read, in bytes.
    static let largestMemory = 4 << 20
    /// How often a change of what is remembered is tried that others come before.
    static let memoryTries = 20

    /// Writes a month of a dataset, see `write(file:as:of:schema:facts:evolution:if:)`.
    public func write(
        file path: String, of month: TaxiDataset, facts: LakeFacts, evolution: SchemaEvolution = .add,
        if condition: LakeCondition = .always
    ) async throws -> LakeAsset {
        var facts = facts
        facts.month = facts.month ?? month.month
        return try await write(
            file: path, as: month.lakeObject, of: month.color.rawValue, schema: month.tableSchema, facts: facts,
            evolution: evolution, if: condition)
    }

    /// Writes a month of a dataset while its file is still written: what is there is sent already. The object appears
    /// once the file is whole and sent, or not at all. A folder gets the file when it is whole.
    ///
    /// - Parameters:
    ///   - parquet: the file, of this very month; `writeParquet(from:to:provenance:)` writes it at the same time, or
    ///     has written it.
    ///   - facts: what is known of it; its rows and its source's SHA-256 are those of the conversion, where none are named.
    /// - Throws: what `write(file:of:facts:)` throws; what the conversion failed with.
    public func write(
        _ parquet: GrowingParquet, of month: TaxiDataset, facts: LakeFacts, evolution: SchemaEvolution = .add,
        if condition: LakeCondition = .always
    ) async throws -> LakeAsset {
        let object = month.lakeObject
        let uri = try uri(of: object)
        let write = Write(
            dataset: month.color.rawValue, schema: try await parquet.schema(), evolution: evolution,
            author: LakeDataset.Author(run: facts.runID, object: object, at: facts.at))
        return try await perform(write) {
            let receipt = try await saying(uri) { try await storage.put(parquet, as: object, if: condition) }
            let figures = try await parquet.outcome().figures
            var facts = facts
            facts.month = facts.month ?? month.month
            facts.rows = facts.rows ?? Int64(figures.rows.kept)
            facts.sourceSHA256 = facts.sourceSHA256 ?? figures.sourceSHA256
            return (
                Object(uri: uri, bytes: receipt.bytes, version: receipt.version, sha256: receipt.sha256), facts
            )
        }
    }

    /// Writes a file as an object of a dataset, and remembers what columns the dataset has.
    ///
    /// The columns are compared with those that the lake remembers before anything is written, and remembered after
    /// that: what is remembered is true of some object. A writer that ends between the two leaves an object that the
    /// same write later makes known.
    ///
    /// - Parameters:
    ///   - path: the file; it must not change meanwhile.
    ///   - object: its name within the lake, below `data/<dataset>/`.
    ///   - dataset: the dataset's name, a single part of an object's name.
    ///   - schema: the file's columns.
    ///   - facts: what is known of the file.
    ///   - evolution: what happens to a file with other columns. Defaults to `add`.
    ///   - condition: what must hold of the object that is there. Defaults to nothing.
    /// - Throws: `ETLError.schemaBreak` where the columns do not fit, `ETLError.objectChanged` where the condition does
    ///   not hold; `ETLError`, `GoogleCloudError`, or `CancellationError`.
    package func write(
        file path: String, as object: String, of dataset: String, schema: TableSchema, facts: LakeFacts,
        evolution: SchemaEvolution = .add, if condition: LakeCondition = .always
    ) async throws -> LakeAsset {
        try Self.check(object, of: dataset)
        let write = Write(
            dataset: dataset, schema: schema, evolution: evolution,
            author: LakeDataset.Author(run: facts.runID, object: object, at: facts.at))
        return try await perform(write) {
            (try await self.write(file: path, as: object, if: condition), facts)
        }
    }

    /// What the lake remembers of a dataset; nil where nothing was ever written to it.
    /// - Throws: `ETLError.unreadable` where that is damaged, or of a newer version.
    public func dataset(_ name: String) async throws -> LakeDataset? {
        try Self.check(name, isDataset: true)
        return try await memory(of: name)?.dataset
    }
}

extension LakeSink {
    /// What a writer wants of a dataset.
    private struct Write {
        var dataset: String
        var columns: [LakeDataset.Column]
        var evolution: SchemaEvolution
        var author: LakeDataset.Author

        init(dataset: String, schema: TableSchema, evolution: SchemaEvolution, author: LakeDataset.Author) {
            (self.dataset, self.evolution, self.author) = (dataset, evolution, author)
            columns = schema.columns.map { LakeDataset.Column(name: $0.name, type: $0.type.rawValue) }
        }
    }

    /// What a dataset is once a file is in it.
    private struct Plan {
        var dataset: LakeDataset
        /// Whether that has to be remembered.
        var isNews: Bool
        var changes: [String] = []
    }

    /// Writes an object between the look at what is remembered and the change of it.
    private func perform(
        _ write: Write, _ writeObject: () async throws -> (Object, LakeFacts)
    ) async throws -> LakeAsset {
        let before = try plan(write, known: try await memory(of: write.dataset)?.dataset, isWritten: false)
        var (written, facts) = try await writeObject()
        let after = before.isNews ? try await remember(write) : before
        facts.source = facts.source.map { (try? SourceAddress($0))?.shown ?? "unknown" }
        return LakeAsset(
            lake: uri, dataset: write.dataset, uri: written.uri, version: written.version,
            schemaVersion: after.dataset.schemaVersion, schemaChanges: after.changes, columns: write.columns,
            bytes: written.bytes, sha256: written.sha256, facts: facts)
    }

    private func plan(_ write: Write, known: LakeDataset?, isWritten: Bool) throws -> Plan {
        guard let known else {
            return Plan(dataset: LakeDataset(write.dataset, columns: write.columns, by: write.author), isNews: true)
        }
        switch known.verdict(on: write.columns, write.evolution) {
        case .fits: return Plan(dataset: known, isNews: false)
        case .evolves(let columns, let difference):
            let next = known.evolved(to: columns, difference, by: write.author)
            return Plan(dataset: next, isNews: true, changes: difference.descriptions)
        case .breaks(let difference):
            throw ETLError.schemaBreak(
                dataset: write.dataset, lake: uri, version: known.schemaVersion, differences: difference.descriptions,
                isWritten: isWritten)
        }
    }

    /// Makes what a file brought known. Where another writer was faster, its word counts, and is looked at anew.
    private func remember(_ write: Write) async throws -> Plan {
        let object = LakeDataset.object(of: write.dataset)
        for attempt in 0..<Self.memoryTries {
            let memory = try await memory(of: write.dataset)
            let plan = try plan(write, known: memory?.dataset, isWritten: true)
            guard plan.isNews else { return plan }
            let condition = memory.map { LakeCondition.version($0.version) } ?? .absent
            do {
                try await save(plan.dataset, as: object, if: condition)
                return plan
            } catch LakeStorageError.changed {
                try await Task.sleep(for: .milliseconds(Int.random(in: 0...(10 << min(attempt, 6)))))
            }
        }
        throw ETLError.objectChanged(try uri(of: object))
    }

    private func save(_ dataset: LakeDataset, as object: String, if condition: LakeCondition) async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "orch-lake-\(UUID().uuidString)").path
        let bytes = try dataset.json(atMost: Self.largestMemory)
        try await BlockingWork.run { _ in
            let file = try AtomicFile(path)
            try file.write(bytes)
            try file.commit()
        }
        defer { try? FileManager.default.removeItem(atPath: path) }
        _ = try await storage.put(path, as: object, if: condition, type: .json)
    }

    private func memory(of dataset: String) async throws -> (dataset: LakeDataset, version: String)? {
        let object = LakeDataset.object(of: dataset)
        let uri = try uri(of: object)
        do {
            guard let found = try await storage.load(object, upTo: Self.largestMemory) else { return nil }
            return (try LakeDataset(json: found.bytes), found.version)
        } catch let error where error is DecodingError || error is LakeDataset.UnknownFormat {
            throw ETLError.unreadable(file: uri, cause: error)
        } catch LakeStorageError.tooLarge(let bytes) {
            throw ETLError.unreadable(
                file: uri, cause: ETLError.wrongLength(uri, expected: Int64(Self.largestMemory), got: bytes))
        }
    }

    private static func check(_ dataset: String, isDataset: Bool) throws {
        guard !dataset.contains("/"), !dataset.hasPrefix("_"), !dataset.hasPrefix(".") else {
            throw ETLError.invalidDataset(dataset)
        }
        try check("data/\(dataset)/x")
    }

    private static func check(_ object: String, of dataset: String) throws {
        try check(dataset, isDataset: true)
        try check(object)
        guard object.hasPrefix("data/\(dataset)/") else {
            throw ETLError.objectOutside(object, dataset: dataset)
        }
    }
}
