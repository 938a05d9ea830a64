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
    /// object's description, is met. A transfer that breaks off goes on where it stopped, with the same generation of
    /// the object; one that arrives damaged starts over once. The file is not forced to the disk: whoever reads it after
    /// a crash of the machine downloads it anew.
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
        let temporary = "\(path).\(String(UInt64.random(in: .min ... .max), radix: 36)).part"
        do {
            let file = try await LocalFile.creating(temporary)
            var download = ObjectDownload(
                api: api, request: media(object, in: bucket), file: file, asked: generation)
            let result = try await download.run { try await stat(object, in: bucket).crc32c }
            try await LocalFile.rename(temporary, to: path)
            return result
        } catch {
            // What went wrong first is what matters; a left-over says by its name what it is.
            try? await LocalFile.remove(temporary)
            throw error
        }
    }

    /// A part of an object's bytes; fewer where the object ends before.
    ///
    /// Maps to the same request with a
    /// [`Range`](https://cloud.google.com/storage/docs/xml-api/reference-headers#range).
    ///
    /// - Parameters:
    ///   - range: Offsets into the object; not empty, and of 64 MiB at most.
    ///   - generation: A certain generation. Defaults to the live one.
    /// - Throws: `notFound`; `api` with status 416 where the object ends before the range.
    package func bytes(
        _ range: Range<Int64>, of object: String, in bucket: String, generation: Int64? = nil
    ) async throws -> [UInt8] {
        var request = media(object, in: bucket)
        if let generation { request.url += "&generation=\(generation)" }
        request.headers["Range"] = "bytes=\(range.lowerBound)-\(range.upperBound - 1)"
        let answer = try await api.call(request)
        // A server may send the whole object instead.
        return answer.status == 206
            ? answer.body : Array(answer.body.dropFirst(Int(range.lowerBound)).prefix(range.count))
    }

    private func media(_ object: String, in bucket: String) -> GoogleRequest {
        var request = request(
            .get, Self.path(bucket: bucket, object: object, under: "/download/storage/v1"), query: [("alt", "media")],
            resource: .object(object, in: bucket, to: .read))
        // Else a stored gzip would be unpacked on the way, and match no checksum.
        request.headers["Accept-Encoding"] = "gzip"
        return request
    }
}
