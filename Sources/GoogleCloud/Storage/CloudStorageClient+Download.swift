import CurlTransport

extension CloudStorageClient {
    /// What a download brought.
    package struct Download: Sendable, Hashable {
        /// Bytes written.
        package let size: Int64
        /// CRC32C of the content, base64, computed here and equal to the server's.
        package let crc32c: String
        /// The generation of the object, where the server names it.
        package let generation: Int64?
    }

    /// Downloads an object into a file, which appears whole and verified, or not at all.
    ///
    /// Maps to `GET /download/storage/v1/b/{bucket}/o/{object}?alt=media`; see
    /// <https://cloud.google.com/storage/docs/json_api/v1/objects/get>. The bytes go to a new file beside `path`, which
    /// takes its place once the checksum in
    /// [`X-Goog-Hash`](https://cloud.google.com/storage/docs/xml-api/reference-headers#xgooghash), or else in the
    /// object's description, is met. A transfer that breaks off starts over within the retry budget, one that arrives
    /// damaged starts over once.
    ///
    /// - Parameters:
    ///   - path: Where the file shall be; its folder must exist.
    ///   - generation: A certain generation. Defaults to the live one.
    /// - Throws: `notFound`, `checksumMismatch`, `localFile`.
    @discardableResult
    package func download(
        _ object: String,
        in bucket: String,
        to path: String,
        generation: Int64? = nil
    ) async throws -> Download {
        let resource = GoogleResource.object(object, in: bucket, writing: false)
        var query = [(name: "alt", value: "media")]
        if let generation { query.append(("generation", "\(generation)")) }
        let source = Self.path(bucket: bucket, object: object, under: "/download/storage/v1")
        var request = request(.get, source, query: query, resource: resource)
        // Else a stored gzip would be unpacked on the way, and match no checksum.
        request.headers["Accept-Encoding"] = "gzip"
        let temporary = "\(path).\(String(UInt64.random(in: .min ... .max), radix: 36)).part"
        do {
            let download = try await retriedFetch(request, to: temporary) {
                try await stat(object, in: bucket).crc32c
            }
            try await LocalFile.rename(temporary, to: path)
            return download
        } catch {
            // What went wrong first is what matters; a left-over says by its name what it is.
            try? await LocalFile.remove(temporary)
            throw error
        }
    }

    private func retriedFetch(
        _ request: GoogleRequest,
        to path: String,
        known: () async throws -> String?
    ) async throws -> Download {
        var attempts = api.retrier.begin()
        while true {
            do {
                let response = try await api.open(request)
                guard response.status == 200 else {
                    let answer = GoogleAnswer(
                        status: response.status, headers: response.headers,
                        body: try await Self.collected(response.body, request))
                    try await attempts.pause(
                        after: GoogleAPI.googleRefusal(answer, request.resource), hint: answer.retryAfter)
                    continue
                }
                return try await fetch(response, request, to: path, known: known)
            } catch let error as GoogleCloudError where error.isNetworkFailure {
                try await attempts.pause(after: error)
            } catch let error as GoogleCloudError where error.isDamage && attempts.number == 0 {
                try await attempts.pauseOnce(after: error)
            }
            try await LocalFile.remove(path)
        }
    }

    /// Writes one answer into a new file and checks it; `known` asks for the checksum that the answer does not carry.
    private func fetch(
        _ response: HTTPResponse,
        _ request: GoogleRequest,
        to path: String,
        known: () async throws -> String?
    ) async throws -> Download {
        let file = try await LocalFile.creating(path)
        var checksum = CRC32C()
        var size: Int64 = 0
        var pending: [UInt8] = []
        do {
            for try await chunk in response.body {
                checksum.update(chunk)
                size += Int64(chunk.count)
                pending += chunk
                guard pending.count >= 1 << 20 else { continue }
                try await file.write(pending)
                pending.removeAll(keepingCapacity: true)
            }
        } catch let error as HTTPClientError {
            throw GoogleAPI.translated(error, request)
        }
        try await file.write(pending)
        try await file.synchronize()
        let sent = Self.checksum(in: response.headers)
        let expected = if let sent { sent } else { try await known() }
        if let expected, expected != checksum.base64 {
            throw GoogleCloudError.checksumMismatch(
                resource: request.resource.name, expected: expected, got: checksum.base64)
        }
        let generation = response.headers["X-Goog-Generation"].flatMap { Int64($0) }
        return Download(size: size, crc32c: checksum.base64, generation: generation)
    }

    private static func collected(_ body: HTTPResponseBody, _ request: GoogleRequest) async throws -> [UInt8] {
        do {
            return try await body.collect(upTo: GoogleAPI.answerLimit)
        } catch {
            throw GoogleAPI.translated(error, request)
        }
    }

    /// The CRC32C in `X-Goog-Hash: crc32c=…,md5=…`, which may also come as two fields.
    static func checksum(in headers: HTTPHeaders) -> String? {
        headers.all("X-Goog-Hash")
            .flatMap { $0.split(separator: ",") }
            .map { $0.drop { $0 == " " } }
            .first { $0.hasPrefix("crc32c=") }
            .map { String($0.dropFirst("crc32c=".count)) }
    }
}

extension GoogleCloudError {
    /// Whether bytes arrived damaged.
    fileprivate var isDamage: Bool {
        if case .checksumMismatch = self { true } else { false }
    }
}

extension Retrier.Attempts {
    /// Pauses after an error that is final by itself, but may have come from the wire.
    fileprivate mutating func pauseOnce(after error: GoogleCloudError) async throws {
        let passing = GoogleCloudError.api(status: 503, reason: "damaged", message: "", resource: "")
        do {
            try await pause(after: passing)
        } catch is GoogleCloudError {
            throw error
        }
    }
}
