import GoogleCloud
import TableFormats

/// A month's Parquet file in a lake, as BigQuery is given it.
struct BigQuerySource: Sendable {
    /// Where the bytes come from.
    enum Place: Sendable {
        case object(bucket: String, CloudStorageClient)
        case file(String)
    }

    /// The file's address.
    let uri: String
    let place: Place
    /// The file's own columns.
    let schema: TableSchema
    /// The file's rows.
    let rows: Int64
    /// The SHA-256 of the file that this one was made of, where it says so, or else what tells its own bytes from others.
    let digest: String

    /// Finds a month's file and reads its footer.
    /// - Throws: `ETLError.objectNotFound`, `ETLError.unreadable`.
    init(_ dataset: TaxiDataset, in lake: LakeSink) async throws {
        uri = try lake.uri(of: dataset.lakeObject)
        let file: ParquetFile
        let ownDigest: String
        do {
            switch lake.place {
            case .bucket(let bucket, let prefix, let storage):
                place = .object(bucket: bucket, storage)
                let object = try await storage.stat(prefix + dataset.lakeObject, in: bucket)
                ownDigest = object.crc32c.map { "crc32c:\($0):\(object.size)" } ?? "generation:\(object.generation)"
                file = try await Self.footer(of: object, storage)
            case .folder(let folder):
                let path = "\(folder)/\(dataset.lakeObject)"
                place = .file(path)
                let (bytes, checksum) = try await CloudStorageClient.checksum(of: path)
                ownDigest = "crc32c:\(checksum):\(bytes)"
                file = try await BlockingWork.run { _ in
                    let parquet = try PositionedFile(path)
                    return try ParquetFile(length: parquet.length) { try parquet.read($0) }
                }
            }
        } catch GoogleCloudError.notFound {
            throw ETLError.objectNotFound(uri)
        } catch GoogleCloudError.localFile(_, "open", code: 2) {
            throw ETLError.objectNotFound(uri)
        } catch let error as ParquetReadError {
            throw ETLError.unreadable(file: uri, cause: error)
        }
        schema = file.schema
        rows = file.rowCount
        digest = file.metadata.first { $0.name == "orch.source_sha256" }?.value ?? ownDigest
    }

    /// Makes sure that there are rows, and that they say which month's they are.
    /// - Throws: `ETLError.noRows`, `ETLError.wrongMonth`.
    func check(of dataset: TaxiDataset) throws {
        guard rows > 0 else { throw ETLError.noRows(file: uri) }
        guard schema.columns.contains(where: { $0.name == TaxiDataset.fileMonth.name && $0.type == .date }) else {
            throw ETLError.wrongMonth(file: uri, month: dataset.month.description, rows: rows)
        }
    }

    /// Makes sure that BigQuery can read the file from where a dataset lies.
    /// - Throws: `GoogleCloudError.locationMismatch`.
    func check(against location: String, of dataset: String) async throws {
        guard case .object(let bucket, let storage) = place else { return }
        let found: String?
        do {
            found = try await storage.bucket(bucket).location
        } catch GoogleCloudError.permissionDenied {
            // To read objects takes no right to see the bucket itself; then BigQuery will tell.
            return
        }
        guard let found, !BigQueryLocation.canLoad(bucketIn: found, datasetIn: location) else { return }
        throw GoogleCloudError.locationMismatch(
            resource: "bucket \(bucket) and dataset \(dataset)",
            message:
                "the bucket lies in \(found), the dataset in \(location); neither can be moved: load from a bucket "
                + "made in \(location), or into a dataset made in \(found)")
    }

    /// Sends the load job.
    func load(_ load: BigQueryLoad, with client: BigQueryClient, id: BigQueryJobID) async throws {
        switch place {
        case .object: try await client.load(load, from: [uri], id: id)
        case .file(let path): try await client.load(load, file: path, id: id)
        }
    }

    /// Fetches those parts of an object that the footer's reader asks for.
    private static func footer(of object: CloudStorageObject, _ storage: CloudStorageClient) async throws -> ParquetFile
    {
        var parts: [FetchedPart] = []
        while true {
            do {
                return try ParquetFile(length: object.size) { [parts] range in
                    guard let part = parts.first(where: { $0.holds(range) }) else { throw MissingPart(range: range) }
                    return part[range]
                }
            } catch let missing as MissingPart {
                let bytes = try await storage.bytes(
                    missing.range, of: object.name, in: object.bucket, generation: object.generation)
                let part = FetchedPart(start: missing.range.lowerBound, bytes: bytes)
                // Fewer bytes than there are would be asked for again and again.
                guard part.holds(missing.range) else {
                    throw ParquetReadError.cut(
                        at: missing.range.lowerBound, expected: missing.range.count, got: bytes.count)
                }
                parts.append(part)
            }
        }
    }
}

/// Bytes of an object.
private struct FetchedPart: Sendable {
    let start: Int64
    let bytes: [UInt8]

    func holds(_ range: Range<Int64>) -> Bool {
        range.lowerBound >= start && range.upperBound <= start + Int64(bytes.count)
    }

    subscript(range: Range<Int64>) -> [UInt8] {
        Array(bytes[Int(range.lowerBound - start)..<Int(range.upperBound - start)])
    }
}

/// What has to be fetched first.
private struct MissingPart: Error {
    let range: Range<Int64>
}
