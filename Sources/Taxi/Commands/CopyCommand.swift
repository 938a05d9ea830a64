import ArgumentParser
import CurlTransport
import FoundationEssentials
import GoogleCloud
import OrchETL

/// Copies a file to or from Cloud Storage.
struct CopyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cp",
        abstract: "Copy a file to Cloud Storage, or an object from there.",
        discussion: """
            The checksum is verified; what was there stays until the copy is whole. Who asks: the service account \
            whose key file GOOGLE_APPLICATION_CREDENTIALS names, else nobody. STORAGE_EMULATOR_HOST names another \
            server, such as http://localhost:9023.

            Examples:
              taxi cp green_tripdata_2020-07.parquet gs://my-lake/data/green/green_tripdata_2020-07.parquet
              taxi cp gs://my-lake/data/green/green_tripdata_2020-07.parquet july.parquet
            """
    )

    @Argument(help: "A file, or gs://bucket/object.", completion: .file()) var source: String
    @Argument(help: "A file, or gs://bucket/object.", completion: .file()) var target: String

    func validate() throws {
        guard (Self.object(source) == nil) != (Self.object(target) == nil) else {
            throw ValidationError("expected one file and one gs://bucket/object, got \(source) and \(target)")
        }
    }

    func run() async throws {
        let client = try Self.client(ProcessInfo.processInfo.environment)
        if let (bucket, object) = Self.object(target) {
            let written = try await client.upload(file: source, to: bucket, as: object)
            print("\(target): \(written.size) bytes, generation \(written.generation)")
        } else if let (bucket, object) = Self.object(source) {
            let read = try await client.download(object, in: bucket, to: target)
            print("\(target): \(read.size) bytes")
        }
    }

    /// Bucket and name of an object's address; nil for a path.
    private static func object(_ address: String) -> (bucket: String, name: String)? {
        guard address.hasPrefix("gs://") else { return nil }
        let parts = address.dropFirst("gs://".count).split(separator: "/", maxSplits: 1)
        return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
    }

    private static func client(_ variables: [String: String]) throws -> CloudStorageClient {
        var credentials = GoogleCredentials.anonymous
        if let path = variables["GOOGLE_APPLICATION_CREDENTIALS"], !path.isEmpty {
            guard let key = FileManager.default.contents(atPath: path) else {
                throw ValidationError("GOOGLE_APPLICATION_CREDENTIALS names \(path), which cannot be read")
            }
            credentials = try GoogleCredentials(serviceAccountJSON: String(decoding: key, as: UTF8.self))
        }
        var endpoint = variables["STORAGE_EMULATOR_HOST"] ?? CloudStorageClient.defaultEndpoint
        // Google's own clients take the variable with and without a scheme.
        if !endpoint.contains("://") { endpoint = "http://" + endpoint }
        return CloudStorageClient(endpoint: endpoint, credentials: credentials, http: HTTPClient())
    }
}
