/// A body of two parts, metadata and content, for uploads in one request.
///
/// See [multipart uploads](https://cloud.google.com/storage/docs/uploading-objects#uploading-an-object) and RFC 2387.
struct MultipartRelated {
    /// The value of `Content-Type`.
    let contentType: String
    /// The whole body.
    let body: [UInt8]

    /// - Parameters:
    ///   - metadata: JSON.
    ///   - content: What is uploaded.
    ///   - contentType: The type of `content`.
    ///   - random: Makes the boundary; asked again while the boundary occurs in the content.
    init(metadata: [UInt8], content: [UInt8], contentType: String, random: () -> UInt64) {
        var boundary = Self.boundary(random())
        while Self.contains(content, Array("--\(boundary)".utf8)) { boundary = Self.boundary(random()) }
        var body = Array("--\(boundary)\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n".utf8)
        body += metadata
        body += Array("\r\n--\(boundary)\r\nContent-Type: \(contentType)\r\n\r\n".utf8)
        body += content
        body += Array("\r\n--\(boundary)--\r\n".utf8)
        self.contentType = "multipart/related; boundary=\(boundary)"
        self.body = body
    }

    private static func boundary(_ number: UInt64) -> String {
        "orch-\(String(number, radix: 36))"
    }

    private static func contains(_ bytes: [UInt8], _ needle: [UInt8]) -> Bool {
        guard let first = needle.first, bytes.count >= needle.count else { return false }
        return bytes.withUnsafeBufferPointer { bytes in
            var from = 0
            while let hit = bytes[from...].firstIndex(of: first), hit + needle.count <= bytes.count {
                if bytes[hit..<(hit + needle.count)].elementsEqual(needle) { return true }
                from = hit + 1
            }
            return false
        }
    }
}
