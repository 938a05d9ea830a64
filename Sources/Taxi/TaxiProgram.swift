import ArgumentParser
import Orch

/// The flows of the taxi image: New York's trip records from the web to a lake, a warehouse and a database.
@main
struct TaxiProgram: FlowProgram {
    static let name = "taxi"

    static let flows: [any Flow.Type] = [
        EtlWebToGcs.self, EtlGcsToBq.self, EtlParentFlow.self, ParentFlowRunner.self, IngestPostgres.self,
    ]

    static let deployments = [
        DeploymentDefault(
            name: "docker-flow", flow: ParentFlowRunner.name, parameters: firstTry,
            description: "A month of taxi trips from the web to Cloud Storage and BigQuery.", tags: ["taxi"]),
        DeploymentDefault(
            name: "docker-ingest", flow: IngestPostgres.name, parameters: firstTry,
            description: "A month of taxi trips from the web to PostgreSQL.", tags: ["taxi"]),
    ]

    static let commands: [any ParsableCommand.Type] = [
        ConvertCommand.self, LoadCommand.self, CopyCommand.self, SampleCommand.self,
    ]

    /// A month that is small enough for a first try.
    private static let firstTry: [String: JSONValue] = ["color": "green", "year": 2020, "month": 7]
}
