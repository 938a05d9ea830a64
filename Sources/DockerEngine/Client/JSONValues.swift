import CurlTransport

/// Cuts a stream of JSON values, one to a line, at its line ends.
struct JSONLineSplitter {
    private var partial: [UInt8] = []

    /// The lines that `chunk` completes, without empty ones.
    mutating func take(_ chunk: [UInt8]) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        for (number, piece) in chunk.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            if number > 0 { lines.append(contentsOf: finish()) }
            partial.append(contentsOf: piece)
        }
        return lines
    }

    /// What came last, without a line end.
    mutating func finish() -> [[UInt8]] {
        defer { partial = [] }
        if partial.last == 0x0D { partial.removeLast() }
        return partial.isEmpty ? [] : [partial]
    }
}

/// Reads the values of such a stream one after the other.
struct JSONValues: Sendable {
    private let path: String
    private let host: DockerHost
    private let call: DockerCall
    private var chunks: HTTPResponseBody.Iterator
    private var splitter = JSONLineSplitter()
    private var lines: [[UInt8]] = []
    private var isAtEnd = false

    init(body: HTTPResponseBody, call: DockerCall, host: DockerHost) {
        self.path = call.path
        self.call = call
        self.host = host
        self.chunks = body.makeAsyncIterator()
    }

    mutating func next<Value: Decodable>(_ type: Value.Type) async throws(DockerError) -> Value? {
        while lines.isEmpty, !isAtEnd {
            do {
                if let chunk = try await chunks.next() {
                    lines = splitter.take(chunk).reversed()
                } else {
                    lines = splitter.finish()
                    isAtEnd = true
                }
            } catch {
                throw DockerError(error, call: call, host: host, hadAnswer: true)
            }
        }
        guard let line = lines.popLast() else { return nil }
        return try DockerJSON.decode(type, from: line, path: path)
    }
}
