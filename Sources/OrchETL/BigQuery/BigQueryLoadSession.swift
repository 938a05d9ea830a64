import Crypto
import FoundationEssentials
import GoogleCloud
import TableFormats

/// The steps of one load into a table of BigQuery.
///
/// Each step can be the last one before a crash: until `publish` nothing has changed but what is empty, NULL or staged;
/// what is left over is found by its name. `publish` is one transaction on the server, which ends well or not whether or
/// not anybody waits for it; to do it again gives the same month.
struct BigQueryLoadSession: Sendable {
    /// How long a staging table lives where nobody removes it, in seconds.
    static let stagingLife: TimeInterval = 86_400
    /// After this time the staging table of another month is no load's that still runs, in seconds: a job lasts six
    /// hours at most.
    static let oldestLoad: TimeInterval = 6 * 3600

    let client: BigQueryClient
    let table: BigQueryTripTable
    let entry: BigQueryLedger.Entry
    let suffix: String
    let now: Date

    /// The table, where it is there.
    /// - Throws: `ETLError.tableShape`, `ETLError.notATable`.
    func existingTable() async throws -> BigQueryTable? {
        guard let existing = try await find(table.name) else { return nil }
        guard existing.kind.map({ $0 == "TABLE" }) ?? true else { throw ETLError.notATable(table.shownName) }
        let differences = table.differences(from: existing.fields)
        guard differences.isEmpty else {
            throw ETLError.tableShape(table: table.shownName, differences: differences)
        }
        return existing
    }

    /// What the ledger holds of the month.
    func state(of existing: BigQueryTable?) async throws -> BigQueryLedger.State {
        guard let existing, try await find(BigQueryLedger.name) != nil else { return BigQueryLedger.State() }
        let history = try await client.query(table.ledger.history(of: entry, created: existing.created ?? 0))
        return BigQueryLedger.state(history, source: entry.source)
    }

    /// The answer to an append of what is there.
    func repeated(_ earlier: BigQueryLedger.Earlier) async throws -> BigQuerySink.Load {
        let time = Date(timeIntervalSince1970: Double(earlier.at) / 1_000_000)
        return BigQuerySink.Load(
            table: table.shownName, rowsInMonth: try await rowsInMonth(),
            notice: "Nothing was added to \(table.shownName): the \(earlier.rows) rows of this source are there since "
                + "\(time.formatted(.iso8601)) (run \(earlier.run), says \(BigQueryLedger.name)). Replace the month to "
                + "load it anew.")
    }

    /// Stages, checks and publishes the file.
    func load(
        _ source: BigQuerySource, into existing: BigQueryTable?, mode: WriteMode, since: Int64
    ) async throws -> BigQuerySink.Load {
        let mark = try await stage(source)
        let rows = try await census(of: source)
        let (created, added) = try await prepare(existing)
        try await publish(mode, since: max(since, created * 1000), mark: mark)
        return BigQuerySink.Load(
            table: table.shownName, rowsStaged: rows, rowsInMonth: try await rowsInMonth(), columnsAdded: added)
    }

    /// Drops the staging table, even for a task that was cancelled. Where that fails, BigQuery does it within a day.
    func dropStaging() async {
        _ = await Task { try? await client.deleteTable(staging) }.value
    }

    /// Drops the staging table and those of killed loads. Other loads of the same month have no business beside this
    /// one; those of other months are left alone until they cannot be running.
    func cleanUp() async {
        await dropStaging()
        guard let tables = try? await client.tables(in: table.dataset) else { return }
        let oldest = now.addingTimeInterval(-Self.oldestLoad)
        for found in tables where found.name.hasPrefix(table.stagingPrefix()) {
            guard
                found.name.hasPrefix(table.stagingPrefix(of: entry.month))
                    || (found.created.map { $0 < oldest } ?? false),
                let id = try? BigQueryTableID(dataset: table.dataset, table: found.name)
            else { continue }
            _ = try? await client.deleteTable(id)
        }
    }

    // MARK: Steps

    private var stagingName: String { table.staging(suffix, of: entry.month) }

    private var staging: BigQueryTableID {
        get throws { try BigQueryTableID(dataset: table.dataset, table: stagingName) }
    }

    /// Loads the file into the staging table. Answers what tells this table from another one of its name: a job of an
    /// earlier one must not be taken for a job of this one.
    private func stage(_ source: BigQuerySource) async throws -> String {
        let created = try await client.createTable(
            staging, fields: table.fields, expiry: now.addingTimeInterval(Self.stagingLife), existsOK: true)
        let mark = "\(suffix)-\(String(created.created ?? 0, radix: 36))"
        let load = BigQueryLoad(into: try staging, schema: table.fields)
        try await source.load(load, with: client, id: try jobID("load", mark))
        return mark
    }

    /// Looks at the staged rows before they count.
    private func census(of source: BigQuerySource) async throws -> Int64 {
        let counts = try await client.query(table.census(of: stagingName, month: entry.month)).rows.first
        let rows = counts?["row_count"].flatMap { Int64($0) } ?? 0
        guard rows > 0 else { throw ETLError.noRows(file: source.uri) }
        let inMonth = counts?["month_count"].flatMap { Int64($0) } ?? 0
        guard inMonth == rows else {
            throw ETLError.wrongMonth(file: source.uri, month: entry.month.description, rows: rows - inMonth)
        }
        return rows
    }

    /// Makes the table and the ledger where they are missing, and gives the table the columns that it lacks. Answers
    /// when the table was made, in milliseconds since 1970.
    private func prepare(_ existing: BigQueryTable?) async throws -> (created: Int64, added: [String]) {
        let ledger = try BigQueryTableID(dataset: table.dataset, table: BigQueryLedger.name)
        let found = try await client.createTable(ledger, fields: BigQueryLedger.fields, existsOK: true)
        let missing = BigQueryLedger.fields.filter { !found.fields.contains($0) }.map { "column \($0.name) is missing" }
        guard missing.isEmpty else {
            throw ETLError.tableShape(table: "\(table.dataset).\(BigQueryLedger.name)", differences: missing)
        }
        let id = try BigQueryTableID(dataset: table.dataset, table: table.name)
        let current: BigQueryTable
        if let existing {
            current = existing
        } else {
            current = try await client.createTable(
                id, fields: table.fields, partitioning: .month(of: TaxiDataset.fileMonth.name), existsOK: true)
        }
        let additions = table.additions(to: current.fields)
        guard !additions.isEmpty else { return (current.created ?? 0, []) }
        // In SQL, one column at a time: that is harmless to repeat, and emulators need it.
        for field in additions { _ = try await client.query(table.widening(by: field)) }
        let widened = try await client.table(id)
        let unseen = table.additions(to: widened.fields)
        // An emulator's catalogue does not see what its database did.
        if !unseen.isEmpty { try await client.setFields(of: id, to: widened.fields + unseen) }
        return (current.created ?? 0, additions.map(\.name))
    }

    private func publish(_ mode: WriteMode, since: Int64, mark: String) async throws {
        switch mode {
        case .replaceMonth:
            _ = try await client.query(
                table.replacement(of: entry, from: stagingName), id: try jobID("replace", mark))
        case .append:
            // The same work has the same id whoever does it: of two that append one source at once, one waits for the
            // other's job.
            let work = [table.shownName, entry.month.description, entry.source, "\(since)"].joined(separator: "\n")
            let digest = SHA256.hash(data: Array(work.utf8)).prefix(12).map { String($0, radix: 16) }.joined()
            _ = try await client.query(
                table.addition(of: entry, since: since, from: stagingName), id: try jobID("append", digest))
        }
    }

    private func rowsInMonth() async throws -> Int64 {
        try await client.query(table.count(of: entry.month)).rows.first?["row_count"].flatMap { Int64($0) } ?? 0
    }

    private func find(_ name: String) async throws -> BigQueryTable? {
        do {
            return try await client.table(try BigQueryTableID(dataset: table.dataset, table: name))
        } catch GoogleCloudError.notFound {
            return nil
        }
    }

    /// `orch-load-green_rides-2020-07-…`; tables' names may have more letters than jobs'.
    private func jobID(_ work: String, _ mark: String) throws -> BigQueryJobID {
        let name = table.name.filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
        return try BigQueryJobID("orch-\(work)-\(name)-\(entry.month)-\(mark)")
    }
}
