import CurlTransport

extension CloudStorageClient {
    /// Uploads a file; the object appears whole or not at all.
    ///
    /// Maps to `POST /upload/storage/v1/b/{bucket}/o`; see
    /// <https://cloud.google.com/storage/docs/json_api/v1/objects/insert>. Up to 8 MiB go in one request
    /// (`uploadType=multipart`), more in a resumable session of 8 MiB chunks, which goes on where the server stands
    /// after a failure. The checksum is sent along and compared with the one in the answer. An object that holds
    /// exactly these bytes already counts as written, whatever `ifGenerationMatch` says: so a repeated request whose
    /// first answer got lost succeeds.
    ///
    /// - Parameters:
    ///   - path: The file to read; it must not change meanwhile.
    ///   - contentType: Defaults to `application/octet-stream`.
    ///   - generation: The generation that the object must have now; 0 if it must not be there. Defaults to any.
    /// - Throws: `precondition`, `checksumMismatch`, `notFound` without the bucket, `invalidName`, `localFile`.
    @discardableResult
    package func upload(
        file path: String,
        to bucket: String,
        as object: String,
        contentType: String = "application/octet-stream",
        ifGenerationMatch generation: Int64? = nil
    ) async throws -> CloudStorageObject {
        try CloudStorageName.checkObject(object)
        let file = try await LocalFile.reading(path)
        let length = try await file.length()
        let upload = Upload(
            path: path, bucket: bucket, object: object, contentType: contentType, generation: generation)
        guard length > Self.multipartLimit else {
            let content = try await file.bytes(Int(length))
            let checksum = CRC32C(content)
            return try await written(upload, whole: { (length, checksum) }) {
                try await sendWhole(upload, content: content, checksum: checksum)
            }
        }
        // Computed while the chunks are on their way.
        let summing = Task { try await file.checksum(of: length) }
        defer { summing.cancel() }
        let checksum = {
            try await withTaskCancellationHandler {
                try await summing.value
            } onCancel: {
                summing.cancel()
            }
        }
        return try await written(upload, whole: { (length, try await checksum()) }) {
            try await sendInChunks(
                upload, extent: { _ in FileExtent(length: length, isWhole: true) }, checksum: checksum)
        }
    }

    /// Uploads a file while it is written; the object appears whole or not at all, and never before the file is whole.
    ///
    /// Maps to the same requests as `upload(file:…)`: a file that ends with 8 MiB or less goes in one, of a larger one
    /// each chunk goes as soon as the file is longer. Until then its length is told as `*`, see
    /// [chunks of a stream](https://cloud.google.com/storage/docs/performing-resumable-uploads#chunked-upload). Where
    /// the writer fails or the task is cancelled, the session is ended and no object appears.
    ///
    /// - Throws: What `upload(file:…)` throws; the writer's error.
    @discardableResult
    package func upload(
        growing file: GrowingFile,
        to bucket: String,
        as object: String,
        contentType: String = "application/octet-stream",
        ifGenerationMatch generation: Int64? = nil
    ) async throws -> CloudStorageObject {
        try CloudStorageName.checkObject(object)
        guard try await file.extent(beyond: Self.multipartLimit).isWhole == false else {
            return try await upload(
                file: file.path, to: bucket, as: object, contentType: contentType, ifGenerationMatch: generation)
        }
        let upload = Upload(
            path: file.path, bucket: bucket, object: object, contentType: contentType, generation: generation)
        return try await written(upload, whole: { try await file.whole() }) {
            try await sendInChunks(
                upload, extent: { try await file.extent(beyond: $0) }, checksum: { try await file.whole().checksum })
        }
    }

    /// What `send` wrote, or what is there already where that has the same bytes.
    private func written(
        _ upload: Upload, whole: () async throws -> (length: Int64, checksum: CRC32C),
        send: () async throws -> GoogleAnswer
    ) async throws -> CloudStorageObject {
        do {
            let written = try await send().decoded(CloudStorageObject.self, resource: upload.resource)
            try upload.verify(written, checksum: try await whole().checksum)
            return written
        } catch GoogleCloudError.precondition(let resource, let message) {
            let existing = try? await stat(upload.object, in: upload.bucket)
            let whole = try await whole()
            guard let existing, existing.crc32c == whole.checksum.base64, existing.size == whole.length else {
                throw GoogleCloudError.precondition(resource: resource, message: message)
            }
            return existing
        }
    }

    /// The length of a file of this machine in bytes, and its CRC32C in base64, as an object of its bytes would have it.
    /// - Throws: `localFile`.
    package static func checksum(of path: String) async throws -> (bytes: Int64, crc32c: String) {
        let file = try await LocalFile.reading(path)
        let length = try await file.length()
        return (length, try await file.checksum(of: length).base64)
    }

    private func sendWhole(_ upload: Upload, content: [UInt8], checksum: CRC32C) async throws -> GoogleAnswer {
        let related = MultipartRelated(
            metadata: try GoogleRequest.json(upload.metadata(checksum)),
            content: content,
            contentType: upload.contentType,
            random: { UInt64.random(in: .min ... .max) }
        )
        var request = request(.post, upload.requestPath, query: upload.query("multipart"), resource: upload.resource)
        request.headers["Content-Type"] = related.contentType
        request.body = .bytes(related.body)
        return try await api.call(request)
    }

    private func sendInChunks(
        _ upload: Upload, extent: @escaping (Int64) async throws -> FileExtent,
        checksum: @escaping () async throws -> CRC32C
    ) async throws -> GoogleAnswer {
        let session = ResumableUpload(
            api: api, resource: upload.resource, path: upload.path, extent: extent,
            contentType: upload.contentType, chunkSize: ResumableUpload.defaultChunkSize, checksum: checksum)
        return try await session.run {
            var request = request(
                .post, upload.requestPath, query: upload.query("resumable"), resource: upload.resource)
            try request.setJSON(upload.metadata(nil))
            request.headers["X-Upload-Content-Type"] = upload.contentType
            let extent = try await extent(0)
            if extent.isWhole { request.headers["X-Upload-Content-Length"] = extent.total }
            return try await api.call(request)
        }
    }

    private struct Upload {
        let path: String
        let bucket: String
        let object: String
        let contentType: String
        let generation: Int64?

        var resource: GoogleResource { .object(object, in: bucket, to: .write) }
        var requestPath: String { CloudStorageClient.path(bucket: bucket, under: "/upload/storage/v1") + "/o" }

        func query(_ type: String) -> [(name: String, value: String)] {
            [("uploadType", type)] + CloudStorageClient.precondition(generation)
        }

        func metadata(_ checksum: CRC32C?) -> Metadata {
            Metadata(name: object, contentType: contentType, crc32c: checksum?.base64)
        }

        /// Compares what was read here with what the server has.
        func verify(_ written: CloudStorageObject, checksum: CRC32C) throws {
            guard let got = written.crc32c, got != checksum.base64 else { return }
            throw GoogleCloudError.checksumMismatch(resource: resource.name, expected: checksum.base64, got: got)
        }
    }

    private struct Metadata: Encodable {
        let name: String
        let contentType: String
        let crc32c: String?
    }
}
