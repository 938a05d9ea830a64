import CurlTransport

/// Sends a file in chunks to an upload session, going on from what the server has. The file may still be growing: then
/// its length is told with the last chunk, and a chunk goes as soon as there is more behind it.
///
/// See [resumable uploads](https://cloud.google.com/storage/docs/performing-resumable-uploads); BigQuery's load jobs
/// from local files use [the same protocol](https://cloud.google.com/bigquery/docs/reference/api-uploads).
struct ResumableUpload {
    let api: GoogleAPI
    let resource: GoogleResource
    /// The file to send.
    let path: String
    /// Waits until the file has more than so many bytes or is whole, and says how much of it is there.
    let extent: (_ beyond: Int64) async throws -> FileExtent
    let contentType: String
    /// Bytes in a chunk; a multiple of 256 KiB, as sessions demand of every chunk but the last.
    let chunkSize: Int64
    /// Asked for before the last chunk, and sent as `X-Goog-Hash` with it, so that the server checks too.
    let checksum: (() async throws -> CRC32C)?

    /// Chunks of 8 MiB, as Google recommends.
    static let defaultChunkSize: Int64 = 8 << 20
    /// Longest time for the end of a session that is of no more use.
    static let farewellTime = Duration.seconds(5)
    /// Longest time for a chunk: a server that takes it drop by drop is asked anew.
    static let chunkTime = Duration.seconds(600)
    /// Most sessions of one upload.
    static let sessionLimit = 3

    private enum Step {
        case finished(GoogleAnswer)
        case received(Int64)
        /// The session is gone: expired, or ended by the server.
        case lost(GoogleCloudError)
        /// `isUnclear`: nobody knows how much of the chunk the server has.
        case failed(GoogleCloudError, hint: Duration?, isUnclear: Bool)
    }

    /// Runs the upload to its end; where it comes to none, the session is given up, and no object appears.
    ///
    /// - Parameter open: Starts a session; asked again when one is lost.
    /// - Returns: The answer to the last chunk.
    func run(open: () async throws -> GoogleAnswer) async throws -> GoogleAnswer {
        var session = try Self.location(of: try await open(), endpoint: api.endpoint, resource: resource)
        do {
            return try await send(to: &session, open: open)
        } catch {
            if !((error as? GoogleCloudError)?.isNetworkFailure ?? false) { await abandon(session) }
            throw error
        }
    }

    private func send(
        to session: inout String, open: () async throws -> GoogleAnswer
    ) async throws -> GoogleAnswer {
        var attempts = api.retrier.begin()
        var sessions = 1
        var offset: Int64 = 0
        // More than any session had before counts as progress, so that no server is asked for ever.
        var farthest: Int64 = 0
        var isUnclear = false
        while true {
            let extent = try await extent(isUnclear ? -1 : offset + chunkSize)
            // The wait for more of the file is no time of the server's.
            attempts.waited()
            switch isUnclear ? try await probe(session, extent) : try await put(session, from: offset, of: extent) {
            case .finished(let answer):
                return answer
            case .received(let count):
                if count > farthest {
                    attempts.progressed()
                    farthest = count
                } else if !isUnclear {
                    try await attempts.pause(after: keepsNothing)
                }
                offset = count
                isUnclear = false
            case .lost(let error):
                guard sessions < Self.sessionLimit else { throw error }
                try await attempts.pauseForRestart(after: error)
                session = try Self.location(of: try await open(), endpoint: api.endpoint, resource: resource)
                sessions += 1
                offset = 0
                isUnclear = false
            case .failed(let error, let hint, let nowUnclear):
                try await attempts.pause(after: error, hint: hint)
                isUnclear = isUnclear || nowUnclear
            }
        }
    }

    private var keepsNothing: GoogleCloudError {
        .api(
            status: 503,
            reason: "noProgress",
            message: "the upload session accepted a chunk but kept none of it",
            resource: resource.name
        )
    }

    /// Puts one chunk. The last one is never empty, for a chunk goes only where more is known to follow.
    private func put(_ session: String, from offset: Int64, of extent: FileExtent) async throws -> Step {
        let size = min(chunkSize, extent.length - offset)
        let isLast = extent.isWhole && offset + size == extent.length
        var request = GoogleRequest(method: .put, url: session, resource: resource)
        request.headers["Content-Type"] = contentType
        if size > 0 {
            request.headers["Content-Range"] = "bytes \(offset)-\(offset + size - 1)/\(extent.total)"
            request.body = .file(path: path, offset: offset, length: size)
        } else {
            request.headers["Content-Range"] = "bytes */\(extent.total)"
        }
        request.total = Self.chunkTime
        if isLast {
            if let checksum { request.headers["X-Goog-Hash"] = "crc32c=\(try await checksum().base64)" }
            // The server of a load job may answer the last chunk only when the job is done.
            request.idle = .seconds(300)
            request.total = Self.chunkTime + .seconds(300)
        }
        return try await step(request, extent)
    }

    /// Asks how much the server has.
    private func probe(_ session: String, _ extent: FileExtent) async throws -> Step {
        var request = GoogleRequest(method: .put, url: session, resource: resource)
        request.headers["Content-Range"] = "bytes */\(extent.total)"
        return try await step(request, extent)
    }

    /// Ends a session of which nothing shall come; one that is not told so is forgotten by the server after a week.
    /// See [cancel an upload](https://cloud.google.com/storage/docs/performing-resumable-uploads#cancel-upload).
    private func abandon(_ session: String) async {
        var request = GoogleRequest(method: .delete, url: session, resource: resource)
        // Of no bytes, which has to be said.
        request.body = .bytes([])
        request.total = Self.farewellTime
        // A task of its own: this one may have been cancelled, which is just when the server has to be told.
        await Task { [api, request] in _ = try? await api.answer(request) }.value
    }

    private func step(_ request: GoogleRequest, _ extent: FileExtent) async throws -> Step {
        let answer: GoogleAnswer
        do {
            answer = try await api.answer(request)
        } catch let error as GoogleCloudError where error.isNetworkFailure {
            return .failed(error, hint: nil, isUnclear: true)
        }
        if answer.succeeded { return .finished(answer) }
        if answer.status == 308 { return .received(try received(answer, of: extent.length)) }
        let error = GoogleCloudError(status: answer.status, body: answer.body, resource: resource)
        if answer.status == 404 || answer.status == 410 { return .lost(error) }
        return .failed(error, hint: answer.retryAfter, isUnclear: answer.status >= 500)
    }

    /// The number of bytes that the server has kept, from `Range: bytes=0-<last>`; no header means none.
    ///
    /// Servers keep whole granules, so one single byte is an emulator's way to say none.
    private func received(_ answer: GoogleAnswer, of length: Int64) throws -> Int64 {
        guard let range = answer.headers["Range"] else { return 0 }
        guard range.hasPrefix("bytes=0-"), let last = Int64(range.dropFirst("bytes=0-".count)),
            (0..<length).contains(last)
        else {
            throw GoogleCloudError.malformedAnswer(
                resource: resource.name, cause: MalformedHeader(name: "Range", value: range))
        }
        return last == 0 && length > 1 ? 0 : last + 1
    }

    /// The session's address; a relative one is taken from the endpoint.
    private static func location(
        of answer: GoogleAnswer,
        endpoint: GoogleEndpoint,
        resource: GoogleResource
    ) throws -> String {
        guard let location = answer.headers["Location"], !location.isEmpty else {
            throw GoogleCloudError.malformedAnswer(
                resource: resource.name, cause: MalformedHeader(name: "Location", value: ""))
        }
        return location.hasPrefix("/") ? endpoint.origin + location : location
    }
}

/// A header of an answer that is absent or not of the documented form.
struct MalformedHeader: Error, CustomStringConvertible {
    let name: String
    let value: String

    var description: String {
        value.isEmpty ? "the header \(name) is absent" : "the header \(name) has the value “\(value)”"
    }
}

extension Retrier.Attempts {
    /// Pauses before a lost session is started again; counts as a failed attempt.
    fileprivate mutating func pauseForRestart(after error: GoogleCloudError) async throws {
        guard number < 2 else { throw error }
        let passing = GoogleCloudError.api(status: 503, reason: "sessionLost", message: "\(error)", resource: "")
        do {
            try await pause(after: passing)
        } catch is GoogleCloudError {
            throw error
        }
    }
}
