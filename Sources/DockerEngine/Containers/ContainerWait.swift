import CurlTransport

/// What a wait waits for.
package enum WaitCondition: String, Sendable {
    /// The container does not run; true at once for one that was never started.
    case notRunning = "not-running"
    /// The container's next end, also where it has yet to be started.
    case nextExit = "next-exit"
    /// The container is gone.
    case removed
}

/// How a wait ended.
package struct ContainerExit: Sendable, Hashable {
    /// The exit code; 128 plus the signal where one ended the process.
    package let statusCode: Int
    /// What went wrong with the wait or with the start, in the daemon's words; nil for nothing.
    package let error: String?

    /// An end.
    package init(statusCode: Int, error: String? = nil) {
        self.statusCode = statusCode
        self.error = error
    }
}

/// A wait that the daemon has taken note of.
package struct ContainerWait: Sendable {
    let body: HTTPResponseBody
    let call: DockerCall
    let client: DockerClient

    private struct Answer: Decodable {
        struct Failure: Decodable { let Message: String? }
        let StatusCode: Int
        let Error: Failure?
    }

    /// Waits for the end; to be called once. May take days.
    ///
    /// - Throws: `interrupted` where the daemon went away meanwhile.
    package func exit() async throws(DockerError) -> ContainerExit {
        let bytes = try await client.collect(body, upTo: 1 << 20, call: call)
        let answer = try DockerJSON.decode(Answer.self, from: bytes, path: call.path)
        return ContainerExit(
            statusCode: answer.StatusCode, error: answer.Error?.Message.flatMap { $0.isEmpty ? nil : $0 })
    }
}
