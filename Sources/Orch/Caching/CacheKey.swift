import Crypto

/// What a result is known by: hashes of everything it depends on, so that no input leaves the process.
struct CacheKey: Hashable, Sendable {
    /// 64 hexadecimal digits: flow, task, inputs and the code.
    let key: String
    /// The same without the code.
    let subject: String
    /// What tells the code from other code; empty where the key does not depend on it.
    let codeVersion: String

    /// A key.
    ///
    /// - Parameter place: where in its run the task is.
    /// - Throws: what an input throws that has no JSON; what `codeVersion` throws.
    init(
        _ policy: CachePolicy, flow: String, task: String, place: TaskPlace? = nil, codeVersion: () throws -> String
    ) throws {
        let basis: [JSONValue]
        switch policy.basis {
        case .inputs(let inputs):
            basis = ["inputs", try inputs.get()]
            self.codeVersion = try codeVersion()
        case .run(let inputs):
            basis = ["run", place?.json ?? .null, try inputs.get()]
            self.codeVersion = try codeVersion()
        case .key(let text):
            basis = ["key", .string(text)]
            self.codeVersion = ""
        }
        let subject: [JSONValue] = [.string(flow), .string(task)] + basis
        self.subject = Self.hash(.array(subject))
        key = Self.hash(.array(subject + [.string(self.codeVersion)]))
    }

    private static func hash(_ value: JSONValue) -> String {
        var bytes: [UInt8] = []
        value.write(to: &bytes)
        return SHA256.hash(data: bytes).hexadecimal
    }
}
