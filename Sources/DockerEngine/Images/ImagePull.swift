import CurlTransport

/// A step of a pull.
package struct PullProgress: Sendable, Hashable {
    /// In words, such as `Downloading`.
    package let status: String
    /// The layer it is about; nil for the image as a whole.
    package let id: String?
    /// Bytes done; nil where they are not counted.
    package let current: Int64?
    /// Bytes to do; nil where they are not known.
    package let total: Int64?
}

/// The steps of a pull as they happen; the image is there when the sequence ends without an error.
///
/// Single pass. The daemon goes on pulling while nobody asks, and stops where the sequence is dropped before its end.
package struct ImagePull: AsyncSequence, Sendable {
    /// One step.
    package typealias Element = PullProgress
    /// Why the pull failed: `DockerError.pull`, or what broke the exchange.
    package typealias Failure = DockerError

    let values: JSONValues
    let reference: String

    /// Reads on.
    package func makeAsyncIterator() -> Iterator {
        Iterator(values: values, reference: reference)
    }

    /// Reads steps.
    package struct Iterator: AsyncIteratorProtocol {
        private struct Message: Decodable {
            struct Detail: Decodable { let current, total: Int64? }
            let status: String?
            let id: String?
            let progressDetail: Detail?
            let error: String?
        }

        var values: JSONValues
        let reference: String

        /// The next step, nil when the image is there.
        package mutating func next() async throws(DockerError) -> PullProgress? {
            while let message = try await nextMessage() {
                // The status was 200 long ago: a failure can only be told in the stream.
                if let error = message.error {
                    throw .pull(DockerError.PullFailure(message: error), reference: reference, message: error)
                }
                guard let status = message.status else { continue }
                return PullProgress(
                    status: status, id: message.id, current: message.progressDetail?.current,
                    total: message.progressDetail?.total)
            }
            return nil
        }

        private mutating func nextMessage() async throws(DockerError) -> Message? {
            do { return try await values.next(Message.self) } catch {
                throw DockerError.PullFailure.stall(error, reference: reference) ?? error
            }
        }

        /// The next step, nil when the image is there.
        package mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(DockerError) -> PullProgress? {
            try await next()
        }
    }
}
