import CurlTransport
import FoundationEssentials

extension DockerClient {
    /// Unpacks an archive in a folder of a container that need not run.
    ///
    /// A file below a tmpfs mount lands in the layer under it, where the container does not see it.
    /// Maps to `PUT /containers/{id}/archive`
    /// (https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/PutContainerArchive).
    /// - Throws: `notFound` for the container or the folder.
    package func putArchive(
        _ archive: TarArchive, into folder: String, of id: String
    ) async throws(DockerError) {
        var call = try DockerCall(.put, "containers", id, "archive", object: .container)
        call.query = [("path", folder)]
        // With another type the daemon takes the body, writes nothing and answers 200.
        call.headers["Content-Type"] = "application/x-tar"
        call.body = .bytes(try archive.encoded())
        call.idle = .seconds(300)
        try await perform(call)
    }

    /// A file or folder of a container that need not run, symbolic links as such.
    ///
    /// Maps to `GET /containers/{id}/archive`
    /// (https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerArchive).
    /// - Parameter limit: bytes of the archive at most.
    /// - Throws: `notFound` for the container (`.container`) or the path (`.file`), `answerTooLarge`.
    package func getArchive(
        _ path: String, of id: String, limit: Int
    ) async throws(DockerError) -> TarArchive {
        var call = try DockerCall(.get, "containers", id, "archive", object: .file)
        call.query = [("path", path)]
        call.idle = .seconds(300)
        let body = try await open(call).body
        return try TarArchive(decoding: try await collect(body, upTo: limit, call: call))
    }

    /// The content of one file of a container that need not run; symbolic links are followed.
    ///
    /// - Parameter limit: bytes of the file at most.
    /// - Throws: as `getArchive`; `notFound` with `.file` also for a folder, or a link that leads nowhere.
    package func readFile(_ path: String, of id: String, limit: Int) async throws(DockerError) -> [UInt8] {
        var current = path
        for _ in 0..<16 {
            let archive = try await getArchive(current, of: id, limit: limit + 64 * TarHeader.blockSize)
            switch archive.entries.first?.kind {
            case .file:
                let bytes = archive.entries[0].bytes
                guard bytes.count <= limit else { throw .answerTooLarge(path: path, limit: limit) }
                return bytes
            case .symlink(let target):
                let folder = current.lastIndex(of: "/").map { current[..<$0] } ?? ""
                current = target.hasPrefix("/") ? target : "\(folder)/\(target)"
            default: throw .notFound(.file, message: "\(path) in container \(id) is not a file")
            }
        }
        throw .notFound(.file, message: "\(path) in container \(id) has too many symbolic links")
    }
}
