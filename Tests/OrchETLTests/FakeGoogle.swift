import Foundation
import GoogleCloud
import Synchronization
import TableFormats

@testable import OrchETL

/// As much of Cloud Storage and BigQuery as the sink uses, in memory: objects, tables of rows, jobs whose ids are taken
/// once. It understands the statements that the sink sends, and no others. Requests can be made to fail from a certain
/// one on, which is what a killed client looks like from here.
final class FakeGoogle: Sendable {
    /// A row, as far as it matters: its month, and which file it came from.
    struct Row: Hashable, Comparable {
        var month: String
        var file: String
        static func < (left: Row, right: Row) -> Bool { (left.month, left.file) < (right.month, right.file) }
    }

    struct Table {
        var fields: [BigQueryField]
        var created: Int64
        var rows: [Row] = []
        var isPartitioned = false
        var expires: Int64?
        var kind = "TABLE"
    }

    struct Entry: Equatable {
        var table: String
        var month: String
        var source: String
        var run: String
        var mode: String
        var rows: Int
        var at: Int64
    }

    enum Cut {
        /// The request does not arrive.
        case before(Int)
        /// The request is carried out, its answer does not arrive.
        case after(Int)
    }

    struct State {
        /// The rows of each object, by its address, and its bytes.
        var objects: [String: [Row]] = [:]
        var contents: [String: [UInt8]] = [:]
        var datasets: Set<String> = []
        var tables: [String: Table] = [:]
        var ledger: [Entry] = []
        /// Why each job failed; empty for those that succeeded.
        var jobs: [String: String] = [:]
        var results: [String: [[String: String]]] = [:]
        /// What the next job fails with whose SQL holds a text.
        var failures: [String: String] = [:]
        var clock: Int64 = 1_600_000_000_000
        var requests = 0
        var sql: [String] = []
        var cut: Cut?
        var datasetLocation = "US"
        var bucketLocation = "US"
        /// Inside of an IF whose condition does not hold.
        var isSkipping = false
        /// Whether a column that SQL adds is seen in the table's description.
        var seesAddedColumns = true

        mutating func now() -> Int64 {
            clock += 1000
            return clock
        }
    }

    let state = Mutex(State())

    func reply(_ request: StubWebServer.Request) -> StubWebServer.Reply {
        state.withLock { state in
            defer { state.requests += 1 }
            let dead = StubWebServer.Reply.json("{}", status: 500)
            switch state.cut {
            case .before(let count) where state.requests >= count: return dead
            case .after(let count) where state.requests > count: return dead
            case .after(let count) where state.requests == count:
                _ = state.answer(request)
                return dead
            default: return state.answer(request)
            }
        }
    }
}

extension FakeGoogle.State {
    /// Puts a Parquet file with as many rows, all of them NULL but for the month.
    mutating func put(_ rows: [FakeGoogle.Row], at uri: String, _ schema: TableSchema) throws {
        objects[uri] = rows
        let columns = schema.columns.map { column in
            let builder = ColumnBuilder(type: column.type)
            for _ in rows { builder.appendNull() }
            return builder.finish()
        }
        var writer = try ParquetWriter(schema: schema)
        var bytes = try writer.append(ColumnBatch(schema: schema, columns: columns, rowCount: rows.count))
        bytes += try writer.finish(metadata: [])
        contents[uri] = bytes
    }

    fileprivate static let project = "/bigquery/v2/projects/p-1"

    fileprivate mutating func answer(_ request: StubWebServer.Request) -> StubWebServer.Reply {
        let path = String(request.target.prefix { $0 != "?" })
        let parts = path.split(separator: "/").map(String.init)
        let body = (try? JSONSerialization.jsonObject(with: Data(request.body.utf8))) as? [String: Any] ?? [:]
        switch (request.method, parts.count) {
        case ("GET", 4) where path.hasPrefix("/storage/v1/b/"):
            return .json("{\"name\":\"\(parts[3])\",\"location\":\"\(bucketLocation)\"}")
        case ("GET", 6) where path.hasPrefix("/storage/v1/b/"):
            let name = parts[5].removingPercentEncoding ?? ""
            guard let content = contents["gs://\(parts[3])/\(name)"] else { return Self.error(404, "notFound") }
            return .json(
                "{\"bucket\":\"\(parts[3])\",\"name\":\"\(name)\",\"size\":\"\(content.count)\",\"generation\":\"1\","
                    + "\"crc32c\":\"AA==\"}")
        case ("GET", 7) where path.hasPrefix("/download/storage/v1/b/"):
            let name = parts[6].removingPercentEncoding ?? ""
            // The whole object, whatever range was asked for.
            return StubWebServer.Reply(body: contents["gs://\(parts[4])/\(name)"] ?? [])
        case ("POST", 5) where path == Self.project + "/datasets": return makeDataset(body)
        case ("GET", 6) where path.hasPrefix(Self.project + "/datasets/"): return describe(dataset: parts[5])
        case ("POST", 7): return makeTable(body)
        case ("GET", 7):
            let items = tables.map { name, table in
                "{\"tableReference\":{\"projectId\":\"p-1\",\"datasetId\":\"trips\",\"tableId\":\"\(name)\"},"
                    + "\"creationTime\":\"\(table.created)\"}"
            }
            return .json("{\"tables\":[\(items.sorted().joined(separator: ","))]}")
        case ("GET", 8): return describe(parts[7])
        case ("PATCH", 8):
            tables[parts[7]]?.fields = Self.fields(body)
            return describe(parts[7])
        case ("DELETE", 8):
            guard tables.removeValue(forKey: parts[7]) != nil else { return Self.error(404, "notFound") }
            return StubWebServer.Reply(status: 204)
        case ("POST", 5) where path == Self.project + "/jobs": return insert(body)
        case ("GET", 6) where path.hasPrefix(Self.project + "/jobs/"): return describe(job: parts[5])
        case ("GET", 6) where path.hasPrefix(Self.project + "/queries/"): return rows(of: parts[5])
        default: return Self.error(400, "not expected: \(request.method) \(path)")
        }
    }

    private static func error(_ status: Int, _ reason: String) -> StubWebServer.Reply {
        .json(
            "{\"error\":{\"code\":\(status),\"message\":\"\(reason)\",\"errors\":[{\"reason\":\"\(reason)\"}]}}",
            status: status)
    }

    private mutating func makeDataset(_ body: [String: Any]) -> StubWebServer.Reply {
        let name = (body["datasetReference"] as? [String: Any])?["datasetId"] as? String ?? ""
        guard datasets.insert(name).inserted else { return Self.error(409, "duplicate") }
        return describe(dataset: name)
    }

    private func describe(dataset name: String) -> StubWebServer.Reply {
        .json(
            "{\"datasetReference\":{\"projectId\":\"p-1\",\"datasetId\":\"\(name)\"},\"location\":\"\(datasetLocation)\"}"
        )
    }

    private static func fields(_ body: [String: Any]) -> [BigQueryField] {
        let list = (body["schema"] as? [String: Any])?["fields"] as? [[String: String]] ?? []
        return list.map { BigQueryField($0["name"] ?? "", BigQueryField.Kind(rawValue: $0["type"] ?? "")) }
    }

    private mutating func makeTable(_ body: [String: Any]) -> StubWebServer.Reply {
        let name = (body["tableReference"] as? [String: Any])?["tableId"] as? String ?? ""
        guard tables[name] == nil else { return Self.error(409, "duplicate") }
        var table = FakeGoogle.Table(fields: Self.fields(body), created: now())
        let partitioning = body["timePartitioning"] as? [String: String]
        table.isPartitioned = partitioning == ["type": "MONTH", "field": "file_month"]
        table.expires = (body["expirationTime"] as? String).flatMap { Int64($0) }
        tables[name] = table
        return describe(name)
    }

    private func describe(_ name: String) -> StubWebServer.Reply {
        guard let table = tables[name], let fields = try? JSONEncoder().encode(table.fields) else {
            return Self.error(404, "notFound")
        }
        return .json(
            "{\"type\":\"\(table.kind)\",\"schema\":{\"fields\":\(String(decoding: fields, as: UTF8.self))},"
                + "\"creationTime\":\"\(table.created)\",\"numRows\":\"\(table.rows.count)\"}")
    }

    // MARK: Jobs

    private mutating func insert(_ body: [String: Any]) -> StubWebServer.Reply {
        let id = (body["jobReference"] as? [String: Any])?["jobId"] as? String ?? ""
        guard jobs[id] == nil else { return Self.error(409, "duplicate") }
        let configuration = body["configuration"] as? [String: Any] ?? [:]
        jobs[id] = ""
        if let load = configuration["load"] as? [String: Any] {
            run(load, id)
        } else if let query = configuration["query"] as? [String: Any] {
            sql.append(query["query"] as? String ?? "")
            run(query["query"] as? String ?? "", id)
        }
        return describe(job: id)
    }

    private func describe(job id: String) -> StubWebServer.Reply {
        guard let failure = jobs[id] else { return Self.error(404, "notFound") }
        let error =
            failure.isEmpty ? "" : "\"errorResult\":{\"reason\":\"invalid\",\"message\":\"\(failure)\"},"
        return .json(
            "{\"jobReference\":{\"projectId\":\"p-1\",\"jobId\":\"\(id)\"},\"status\":{\(error)\"state\":\"DONE\"}}")
    }

    private mutating func run(_ load: [String: Any], _ id: String) {
        let table = (load["destinationTable"] as? [String: Any])?["tableId"] as? String ?? ""
        guard let uri = (load["sourceUris"] as? [String])?.first, let rows = objects[uri], tables[table] != nil else {
            jobs[id] = "notFound"
            return
        }
        tables[table]?.rows = rows
    }

    private func rows(of job: String) -> StubWebServer.Reply {
        let rows = results[job] ?? []
        let names = rows.first.map { $0.keys.sorted() } ?? ["none"]
        let fields = names.map { "{\"name\":\"\($0)\",\"type\":\"STRING\"}" }.joined(separator: ",")
        let cells = rows.map { row in
            "{\"f\":[" + names.map { "{\"v\":\"\(row[$0] ?? "")\"}" }.joined(separator: ",") + "]}"
        }
        return .json(
            "{\"jobComplete\":true,\"schema\":{\"fields\":[\(fields)]},\"rows\":[\(cells.joined(separator: ","))]}")
    }

    // MARK: SQL

    /// Carries out a statement or a script; a script is a transaction, so it is carried out on a copy.
    private mutating func run(_ text: String, _ id: String) {
        if let failure = failures.first(where: { text.contains($0.key) }) {
            failures[failure.key] = nil
            jobs[id] = failure.value
            return
        }
        var copy = self
        for line in text.split(separator: "\n").map(String.init) {
            guard copy.execute(line, id) else {
                jobs[id] = "invalidQuery"
                return
            }
        }
        self = copy
    }

    private mutating func execute(_ line: String, _ id: String) -> Bool {
        let names = line.split(separator: "`").map(String.init).filter { tables[$0] != nil || $0 == "orch_loads" }
        let texts = line.split(separator: "'", omittingEmptySubsequences: false).enumerated()
            .filter { !$0.offset.isMultiple(of: 2) }.map { String($0.element) }
        if ["BEGIN TRANSACTION;", "COMMIT TRANSACTION;", "END IF;"].contains(line) {
            isSkipping = line == "END IF;" ? false : isSkipping
            return true
        }
        if isSkipping { return true }
        switch line.prefix(while: { $0 != " " }) {
        case "IF":
            isSkipping = ledger.contains {
                $0.table == texts[0] && $0.month == texts[1] && $0.source == texts[2]
                    && $0.at >= Int64(line.split(separator: "(").last?.prefix { $0.isNumber } ?? "0") ?? 0
            }
        case "DELETE":
            guard let name = names.first else { return false }
            tables[name]?.rows.removeAll { $0.month == texts[0] }
        case "INSERT" where line.contains("`orch_loads`"):
            guard let staging = names.last, let rows = tables[staging]?.rows.count else { return false }
            ledger.append(
                FakeGoogle.Entry(
                    table: texts[0], month: texts[1], source: texts[2], run: texts[3], mode: texts[4], rows: rows,
                    at: now() * 1000))
        case "INSERT":
            guard names.count == 2, let staged = tables[names[1]]?.rows else { return false }
            tables[names[0]]?.rows += staged
        case "ALTER":
            let parts = line.split(separator: "`").map(String.init)
            guard let name = names.first, let column = parts.dropLast().last, let type = parts.last else {
                return false
            }
            let field = BigQueryField(column, BigQueryField.Kind(rawValue: String(type.drop { $0 == " " })))
            if seesAddedColumns { tables[name]?.fields.append(field) }
        case "SELECT": return select(line, names, texts, id)
        default: return false
        }
        return true
    }

    private mutating func select(_ line: String, _ names: [String], _ texts: [String], _ id: String) -> Bool {
        guard let name = names.last else { return false }
        if line.contains("COUNTIF"), let rows = tables[name]?.rows {
            let inMonth = rows.count { $0.month == texts[0] }
            results[id] = [["row_count": "\(rows.count)", "month_count": "\(inMonth)"]]
        } else if name == "orch_loads" {
            let since = line.firstRange(of: "TIMESTAMP_MICROS(").map { line[$0.upperBound...].prefix { $0.isNumber } }
            let entries = ledger.filter {
                $0.table == texts[0] && $0.month == texts[1] && $0.at >= Int64(since ?? "0") ?? 0
            }
            results[id] = entries.reversed().map {
                [
                    "source_sha256": $0.source, "run": $0.run, "mode": $0.mode, "row_count": "\($0.rows)",
                    "at": "\($0.at)",
                ]
            }
        } else if let rows = tables[name]?.rows {
            results[id] = [["row_count": "\(rows.count { $0.month == texts[0] })"]]
        }
        return true
    }
}
