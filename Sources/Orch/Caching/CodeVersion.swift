import Crypto
import FoundationEssentials
import Synchronization

/// What tells this program's code from other code: the image's digest in a container, else the program file's own hash.
final class CodeVersion: Sendable {
    private let image: String?
    private let program: String
    private let known = Mutex<String?>(nil)

    /// - Parameters:
    ///   - variables: `ORCH_IMAGE_DIGEST` is the image's digest, where the agent knows it.
    ///   - program: the program's file. Defaults to this process's own.
    init(_ variables: [String: String], program: String = "/proc/self/exe") {
        image = variables["ORCH_IMAGE_DIGEST"].flatMap { $0.isEmpty ? nil : $0 }
        self.program = program
    }

    /// The version: `image sha256:…` or `program sha256:…`. A file is read once, at the first call.
    ///
    /// - Throws: where the file cannot be read.
    func text() throws -> String {
        if let image { return "image \(image)" }
        return try known.withLock { known in
            if let known { return known }
            let bytes = try Data(contentsOf: URL(filePath: program), options: .mappedIfSafe)
            let text = "program sha256:\(SHA256.hash(data: bytes).hexadecimal)"
            known = text
            return text
        }
    }
}
