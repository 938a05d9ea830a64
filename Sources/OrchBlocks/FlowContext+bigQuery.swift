import CurlTransport
import GoogleCloud
public import Orch
public import OrchModel

/// What a query on BigQuery would read.
public struct BigQueryEstimate: Sendable, Hashable {
    /// Bytes that would be read, which is what is paid for.
    public let bytes: Int64
}

/// A value of `@name` in a query on BigQuery.
public struct BigQueryArgument: Sendable, Hashable {
    let name: String
    let type: String
    let text: String?

    /// A text.
    public static func text(_ name: String, _ value: String?) -> Self { .init(name: name, type: "STRING", text: value) }
    /// A whole number.
    public static func int(_ name: String, _ value: Int64?) -> Self {
        .init(name: name, type: "INT64", text: value.map(String.init))
    }
    /// A floating-point number.
    public static func double(_ name: String, _ value: Double?) -> Self {
        .init(name: name, type: "FLOAT64", text: value.map { "\($0)" })
    }
    /// A truth value.
    public static func bool(_ name: String, _ value: Bool?) -> Self {
        .init(name: name, type: "BOOL", text: value.map { $0 ? "true" : "false" })
    }
    /// A day.
    public static func date(_ name: String, _ value: CivilDate?) -> Self {
        .init(name: name, type: "DATE", text: value.map { "\($0)" })
    }
    /// An instant.
    public static func time(_ name: String, _ value: Timestamp?) -> Self {
        .init(name: name, type: "TIMESTAMP", text: value.map { "\($0)" })
    }
    /// A value of any other scalar type, as BigQuery writes it: `("NUMERIC", "1.5")`.
    public static func scalar(_ name: String, type: String, _ value: String?) -> Self {
        .init(name: name, type: type, text: value)
    }
}

extension FlowContext {
    /// Runs standard SQL on BigQuery, one statement or a script, and gives the rows of its last result.
    ///
    /// ```swift
    /// let rows = try await context.bigQuery(
    ///     "SELECT count(*) AS n FROM trips WHERE month = @month", [.int("month", 7)], on: "warehouse",
    ///     maximumBytesBilled: 10 << 30)
    /// ```
    ///
    /// Tables without a dataset are looked for in the block's. Cancelling the task asks the job to stop.
    ///
    /// - Parameters:
    ///   - sql: the statements.
    ///   - arguments: values of `@name` in them. Defaults to none.
    ///   - block: the name of a bigquery-warehouse block.
    ///   - maximumBytesBilled: a query that would read more fails, and costs nothing. Defaults to nil: no limit.
    ///   - location: where it runs. Defaults to the block's.
    ///   - jobID: for what changes data: a job of this id that runs or has succeeded is taken in place of a new one, so that a retry
    ///     does not do it twice. Letters, digits, `-` and `_`. Defaults to a new one.
    ///   - metric: the name of a metric of the run that becomes the number of rows that were brought or touched. Defaults to
    ///     none.
    /// - Throws: what BigQuery says; `CancellationError`.
    @discardableResult
    public func bigQuery(
        _ sql: String, _ arguments: [BigQueryArgument] = [], on block: String, maximumBytesBilled: Int64? = nil,
        location: String? = nil, jobID: String? = nil, metric: String? = nil
    ) async throws -> QueryRows {
        let (client, dataset) = try bigQuery(block, location)
        let id = try jobID.map { try BigQueryJobID($0) }
        let rows = try await telling("query on \(block)", metric) {
            let result = try await client.query(
                sql, parameters: arguments.map(\.parameter), dataset: dataset, id: id,
                maximumBytesBilled: maximumBytesBilled)
            return [QueryRows(result)]
        }
        return rows[0]
    }

    /// What a query on BigQuery would read; it is checked, and not run.
    ///
    /// - Parameters: as those of ``bigQuery(_:_:on:maximumBytesBilled:location:jobID:metric:)``.
    /// - Throws: what BigQuery says of a query that cannot run.
    public func bigQueryDryRun(
        _ sql: String, _ arguments: [BigQueryArgument] = [], on block: String, location: String? = nil
    ) async throws -> BigQueryEstimate {
        let (client, dataset) = try bigQuery(block, location)
        let bytes = try await client.dryRun(sql, parameters: arguments.map(\.parameter), dataset: dataset)
        logger.info("query on \(block): would read \(bytes) bytes")
        return BigQueryEstimate(bytes: bytes)
    }

    private func bigQuery(_ block: String, _ location: String?) throws -> (client: BigQueryClient, dataset: String) {
        let block = try blocks.load(BigQueryWarehouseBlock.self, block)
        let client = try block.bigQueryClient(http: SensorConnections.shared)
        return (location.map { client.located(in: $0) } ?? client, block.dataset)
    }
}

extension BigQueryArgument {
    fileprivate var parameter: BigQueryParameter { BigQueryParameter(name, .init(rawValue: type), text) }
}

extension QueryRows {
    init(_ result: BigQueryResult) {
        self.init(
            columns: result.fields.map(\.name),
            rows: result.rows.map { row in
                zip(result.fields, row.values).map { field, value in JSONValue(bigQuery: value, field) }
            },
            affectedRows: Int(clamping: result.numDmlAffectedRows ?? Int64(result.rows.count)))
    }
}

extension JSONValue {
    /// A value as BigQuery writes it; of a struct, an object.
    init(bigQuery value: BigQueryValue, _ field: BigQueryField) {
        switch value {
        case .null: self = .null
        case .array(let values):
            let element = BigQueryField(field.name, field.type, fields: field.fields)
            self = .array(values.map { JSONValue(bigQuery: $0, element) })
        case .record(let values):
            let members = zip(field.fields ?? [], values).map { ($0.name, JSONValue(bigQuery: $1, $0)) }
            self = .object(Dictionary(members) { $1 })
        case .scalar(let text): self = Self.scalar(text, field.type)
        }
    }

    private static func scalar(_ text: String, _ type: BigQueryField.Kind) -> JSONValue {
        switch type {
        case .int64: return Int64(text).map { .int($0) } ?? .string(text)
        case .bool: return .bool(text.lowercased() == "true")
        case .float64:
            let number = Double(text)
            return number.map { $0.isFinite ? .double($0) : .string(text) } ?? .string(text)
        // Microseconds where the server heeds what was asked for, seconds with a fraction where it does not.
        case .timestamp:
            if let microseconds = Int64(text) { return .string(Timestamp(microseconds: microseconds).description) }
            if let seconds = Double(text), seconds.magnitude < 1e12 {
                return .string(Timestamp(microseconds: Int64((seconds * 1_000_000).rounded())).description)
            }
            return .string(Timestamp(text)?.description ?? text)
        default: return .string(text)
        }
    }
}
