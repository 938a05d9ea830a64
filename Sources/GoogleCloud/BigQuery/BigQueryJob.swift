/// A job, as BigQuery describes it.
///
/// Maps to the [job resource](https://cloud.google.com/bigquery/docs/reference/rest/v2/Job).
package struct BigQueryJob: Sendable, Hashable {
    /// The project that runs it.
    package let project: String
    /// The id under which it really runs.
    package let id: String
    /// Where it runs; nil where an answer does not say.
    package let location: String?
    /// Whether it has ended, well or not.
    package let isDone: Bool
    /// Empty after a success; all of BigQuery's errors after a failure.
    package let errors: [BigQueryJobError]
    /// Rows written by a load, where BigQuery says.
    package let outputRows: Int64?
    /// Rows changed by the last DML statement, where there was one.
    package let numDmlAffectedRows: Int64?
    /// Such as `SELECT`, `DELETE` or `SCRIPT`; nil for loads.
    package let statementType: String?

    /// Whether it ended with an error.
    package var hasFailed: Bool { isDone && !errors.isEmpty }

    /// `project:location.id`.
    package var name: String { "\(project):\(location.map { "\($0)." } ?? "")\(id)" }
}

/// One of the errors of a job.
///
/// Maps to [`ErrorProto`](https://cloud.google.com/bigquery/docs/reference/rest/v2/ErrorProto).
package struct BigQueryJobError: Sendable, Hashable, Decodable, CustomStringConvertible {
    /// Such as `invalid` or `notFound`.
    package let reason: String?
    /// Where: a file, a column or a place in the SQL.
    package let location: String?
    /// What.
    package let message: String?

    /// Whether the same work may succeed a little later: trouble on Google's side, a quota of pace, or a
    /// [transaction that another one crossed](https://cloud.google.com/bigquery/docs/transactions#transaction_concurrency).
    /// Maps to [error messages](https://cloud.google.com/bigquery/docs/error-messages).
    package var isTransient: Bool {
        let crossings = ["aborted due to concurrent update", "Could not serialize access"]
        return Self.passingReasons.contains(reason ?? "") || crossings.contains { message?.contains($0) ?? false }
    }

    private static let passingReasons: Set<String> = [
        "backendError", "internalError", "jobBackendError", "jobInternalError", "rateLimitExceeded",
        "jobRateLimitExceeded", "tableUnavailable", "stopped",
    ]

    /// The reason, the place and the message.
    package var description: String {
        let place = location.map { $0.isEmpty ? "" : " at \($0)" } ?? ""
        return "\(reason ?? "error")\(place): \(message ?? "no message")"
    }
}

extension BigQueryJob: Decodable {
    private struct Resource: Decodable {
        struct Reference: Decodable {
            let projectId: String
            let jobId: String
            let location: String?
        }
        struct Status: Decodable {
            let state: String
            let errorResult: BigQueryJobError?
            let errors: [BigQueryJobError]?
        }
        struct Statistics: Decodable {
            struct Load: Decodable { let outputRows: TextualInt64? }
            struct Query: Decodable {
                let numDmlAffectedRows: TextualInt64?
                let statementType: String?
            }
            let load: Load?
            let query: Query?
        }
        let jobReference: Reference
        let status: Status
        let statistics: Statistics?
    }

    /// Decodes the resource. Warnings of a job that succeeded are not errors: without `errorResult` there are none.
    package init(from decoder: any Decoder) throws {
        let resource = try Resource(from: decoder)
        project = resource.jobReference.projectId
        id = resource.jobReference.jobId
        location = resource.jobReference.location
        isDone = resource.status.state == "DONE"
        if let first = resource.status.errorResult {
            errors = [first] + (resource.status.errors ?? []).filter { $0 != first }
        } else {
            errors = []
        }
        outputRows = resource.statistics?.load?.outputRows?.value
        numDmlAffectedRows = resource.statistics?.query?.numDmlAffectedRows?.value
        statementType = resource.statistics?.query?.statementType
    }
}
