/// The body of `jobs.insert`.
///
/// Maps to the [job resource](https://cloud.google.com/bigquery/docs/reference/rest/v2/Job).
struct BigQueryJobRequest: Encodable {
    struct Reference: Encodable {
        let projectId: String
        let jobId: String
        let location: String?
    }

    struct Configuration: Encodable {
        var load: Load?
        var query: Query?
        var dryRun: Bool?
    }

    struct Load: Encodable {
        let destinationTable: BigQueryTableReference
        let sourceFormat: BigQueryLoad.SourceFormat
        let sourceUris: [String]?
        let schema: BigQuerySchema?
        let writeDisposition: BigQueryLoad.WriteDisposition
        let createDisposition: BigQueryLoad.CreateDisposition

        init(_ load: BigQueryLoad, uris: [String]?, project: String) {
            destinationTable = BigQueryTableReference(load.destination, in: project)
            sourceFormat = load.sourceFormat
            sourceUris = uris
            schema = load.schema.map { BigQuerySchema(fields: $0) }
            writeDisposition = load.writeDisposition
            createDisposition = load.createDisposition
        }
    }

    struct Query: Encodable {
        struct DefaultDataset: Encodable {
            let projectId: String
            let datasetId: String
        }
        let query: String
        let useLegacySql = false
        let defaultDataset: DefaultDataset?
        let parameterMode: String?
        let queryParameters: [BigQueryParameter]?
        /// A text, as all 64-bit numbers of the API are.
        var maximumBytesBilled: String?
    }

    let jobReference: Reference
    let configuration: Configuration
}
