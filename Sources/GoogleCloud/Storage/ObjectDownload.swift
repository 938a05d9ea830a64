import CurlTransport

/// One download on its way: what has arrived, and how to go on after a break.
struct ObjectDownload {
    let api: GoogleAPI
    /// For the whole object, whatever its generation.
    let request: GoogleRequest
    let file: LocalFile
    /// The generation that was asked for.
    let asked: Int64?

    private var checksum = CRC32C()
    private var size: Int64 = 0
    /// Bytes that had arrived when the last transfer began.
    private var start: Int64 = 0
    /// The generation that the bytes are of.
    private var generation: Int64?
    /// The checksum that the server sent.
    private var sent: String?
    private var restarts = 0

    /// So many bytes more count as progress, which begins the retry budget anew.
    private static let progress: Int64 = 256 << 10
    /// Most times that all is thrown away: the object was replaced meanwhile, or arrived damaged.
    private static let restartLimit = 2

    init(api: GoogleAPI, request: GoogleRequest, file: LocalFile, asked: Int64?) {
        self.api = api
        self.request = request
        self.file = file
        self.asked = asked
    }

    /// Downloads to the end.
    /// - Parameter known: Asks for the checksum that the answer does not carry.
    mutating func run(known: () async throws -> String?) async throws -> CloudStorageClient.Download {
        var attempts = api.retrier.begin()
        while true {
            do {
                start = size
                guard let refusal = try await transfer() else {
                    try await verify(known)
                    return CloudStorageClient.Download(size: size, crc32c: checksum.base64, generation: generation)
                }
                let error = GoogleAPI.googleRefusal(refusal, request.resource)
                if size > 0, [404, 412, 416].contains(refusal.status) {
                    // The object is another one now.
                    try await startOver(after: error)
                } else {
                    try await attempts.pause(after: error, hint: refusal.retryAfter)
                }
            } catch let error as GoogleCloudError where error.isNetworkFailure {
                if size - start >= Self.progress { attempts.progressed() }
                try await attempts.pause(after: error)
            } catch let error as GoogleCloudError where error.isDamage {
                try await startOver(after: error)
            }
        }
    }

    /// One transfer, from what has arrived to the end of the object; returns an answer that brings none of it.
    private mutating func transfer() async throws -> GoogleAnswer? {
        let response = try await api.open(rest)
        switch response.status {
        case 200:
            try await discard()
        case 206 where Self.start(of: response) == size:
            break
        default:
            do {
                let body = try await response.body.collect(upTo: GoogleAPI.answerLimit)
                return GoogleAnswer(status: response.status, headers: response.headers, body: body)
            } catch {
                throw GoogleAPI.translated(error, request)
            }
        }
        sent = Self.checksum(in: response.headers) ?? sent
        generation = response.headers["X-Goog-Generation"].flatMap { Int64($0) } ?? generation
        try await store(response.body)
        return nil
    }

    private mutating func store(_ body: HTTPResponseBody) async throws {
        do {
            for try await chunk in body {
                checksum = try await file.write(chunk, summing: checksum)
                size += Int64(chunk.count)
            }
        } catch let error as HTTPClientError {
            throw GoogleAPI.translated(error, request)
        }
    }

    /// The request for what has not arrived.
    private var rest: GoogleRequest {
        var rest = request
        if let generation = asked ?? (size > 0 ? generation : nil) { rest.url += "&generation=\(generation)" }
        if size > 0 { rest.headers["Range"] = "bytes=\(size)-" }
        return rest
    }

    private func verify(_ known: () async throws -> String?) async throws {
        let expected = if let sent { sent } else { try await known() }
        guard let expected, expected != checksum.base64 else { return }
        throw GoogleCloudError.checksumMismatch(
            resource: request.resource.name, expected: expected, got: checksum.base64)
    }

    private mutating func startOver(after error: GoogleCloudError) async throws {
        restarts += 1
        guard restarts < Self.restartLimit else { throw error }
        try await discard()
    }

    private mutating func discard() async throws {
        if size > 0 { try await file.empty() }
        (checksum, size, start, generation, sent) = (CRC32C(), 0, 0, nil, nil)
    }

    /// Where the bytes of a part begin, from `Content-Range: bytes 100-199/200`.
    private static func start(of response: HTTPResponse) -> Int64? {
        guard let range = response.headers["Content-Range"], range.hasPrefix("bytes ") else { return nil }
        return Int64(range.dropFirst("bytes ".count).prefix { $0 != "-" })
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
