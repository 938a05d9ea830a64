import Crypto
import CurlTransport
import DockerEngine
import Foundation
import TestSupport

/// A registry of images on loopback, with one user: Debian's `docker-registry`. A daemon speaks plain HTTP to 127.0.0.0/8.
final class TestRegistry: Sendable {
    static let username = "me"
    static let password = "s3cret-canary"

    /// Whether its programs are here. In CI they must be: there the lack of them fails the suite.
    static let isAvailable = missing.isEmpty || ProcessInfo.processInfo.environment["CI"] != nil
    private static let missing = ["/usr/bin/docker-registry", "/usr/bin/htpasswd"].filter {
        !FileManager.default.isExecutableFile(atPath: $0)
    }

    enum Failure: Error, CustomStringConvertible {
        case missing([String])
        case silent(log: String)
        case refused(String, status: Int)

        var description: String {
            switch self {
            case .missing(let programs):
                "missing: \(programs.joined(separator: ", ")) (apt-get install docker-registry apache2-utils)"
            case .silent(let log): "the registry does not answer: \(log)"
            case .refused(let what, let status): "the registry refused \(what) with status \(status)"
            }
        }
    }

    /// An image as a test wants it.
    struct Image {
        var repository: String
        var architecture = "amd64"
        /// Whether the tag names a list of images for platforms, of which there is one.
        var isList = false
        var layer: [UInt8]
    }

    /// Such as `127.0.0.1:40000`.
    let address: String
    private let folder: String
    private let http = HTTPClient()
    private let process: Process

    /// Starts it, and returns when it answers.
    static func started() async throws -> TestRegistry {
        guard missing.isEmpty else { throw Failure.missing(missing) }
        return try await FreePort.trying { try await TestRegistry(port: $0) }
    }

    private init(port: Int) async throws {
        folder = FileManager.default.temporaryDirectory.path + "/orch-registry-\(UUID().uuidString.prefix(8))"
        address = "127.0.0.1:\(port)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let users = try ChildProgram.run(["htpasswd", "-Bbn", Self.username, Self.password])
        try users.output.write(to: URL(filePath: folder + "/users"))
        try Data(
            """
            version: 0.1
            storage: {filesystem: {rootdirectory: "\(folder)/data"}}
            http: {addr: "\(address)"}
            auth: {htpasswd: {realm: orch, path: "\(folder)/users"}}
            """.utf8
        ).write(to: URL(filePath: folder + "/config.yml"))
        try Data().write(to: URL(filePath: folder + "/log"))
        let log = try FileHandle(forWritingTo: URL(filePath: folder + "/log"))
        process = Process()
        process.executableURL = URL(filePath: "/usr/bin/docker-registry")
        process.arguments = ["serve", folder + "/config.yml"]
        process.standardOutput = log
        process.standardError = log
        try process.run()
        for _ in 0..<1200 where process.isRunning {
            if (try? await send(.get, "http://\(address)/v2/").status) == 200 { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        let said = try String(contentsOfFile: folder + "/log", encoding: .utf8)
        try stop()
        if said.contains("address already in use") { throw FreePort.Taken(port: port) }
        throw Failure.silent(log: said)
    }

    /// Ends it and removes what it keeps.
    func stop() throws {
        http.shutdown()
        // Other signals are blocked in children of a thread that blocks them, as the pool's threads do.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        try FileManager.default.removeItem(atPath: folder)
    }

    /// The header field of a user of the registry.
    static var authorization: String {
        "Basic " + Data("\(username):\(password)".utf8).base64EncodedString()
    }

    /// Pushes an image as `REPOSITORY:1` by the registry's API; returns its layer's digest.
    ///
    /// Source: <https://github.com/opencontainers/distribution-spec/blob/main/spec.md#push>
    func push(_ image: Image) async throws -> String {
        let layer = try await pushBlob(image.layer, to: image.repository)
        let config = Array(
            """
            {"architecture":"\(image.architecture)","os":"linux","config":{"Cmd":["/bin/sh"]},
             "rootfs":{"type":"layers","diff_ids":["\(layer)"]}}
            """.utf8)
        let configDigest = try await pushBlob(config, to: image.repository)
        let docker = "application/vnd.docker"
        let manifest = Array(
            """
            {"schemaVersion":2,"mediaType":"\(docker).distribution.manifest.v2+json",
             "config":{"mediaType":"\(docker).container.image.v1+json","size":\(config.count),"digest":"\(configDigest)"},
             "layers":[{"mediaType":"\(docker).image.rootfs.diff.tar","size":\(image.layer.count),"digest":"\(layer)"}]}
            """.utf8)
        let digest = Self.digest(of: manifest)
        try await pushManifest(
            manifest, type: "\(docker).distribution.manifest.v2+json", as: image.isList ? digest : "1",
            to: image.repository)
        if image.isList {
            let list = """
                {"schemaVersion":2,"mediaType":"\(docker).distribution.manifest.list.v2+json","manifests":[
                 {"mediaType":"\(docker).distribution.manifest.v2+json","size":\(manifest.count),"digest":"\(digest)",
                  "platform":{"architecture":"\(image.architecture)","os":"linux"}}]}
                """
            try await pushManifest(
                Array(list.utf8), type: "\(docker).distribution.manifest.list.v2+json", as: "1", to: image.repository)
        }
        return layer
    }

    /// Removes a blob behind the registry's back.
    func lose(_ digest: String) throws { try FileManager.default.removeItem(atPath: path(of: digest)) }

    /// Changes a bit of a blob behind the registry's back.
    func damage(_ digest: String) throws {
        var bytes = try Data(contentsOf: URL(filePath: path(of: digest)))
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: URL(filePath: path(of: digest)))
    }

    private func path(of digest: String) -> String {
        let hex = digest.dropFirst("sha256:".count)
        return "\(folder)/data/docker/registry/v2/blobs/sha256/\(hex.prefix(2))/\(hex)/data"
    }

    private static func digest(of bytes: [UInt8]) -> String {
        "sha256:" + SHA256.hash(data: bytes).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    private func pushBlob(_ bytes: [UInt8], to repository: String) async throws -> String {
        let digest = Self.digest(of: bytes)
        let upload = try await send(.post, "http://\(address)/v2/\(repository)/blobs/uploads/")
        guard upload.status == 202, let place = upload.headers["Location"] else {
            throw Failure.refused("an upload", status: upload.status)
        }
        let done = try await send(
            .put, "\(place)\(place.contains("?") ? "&" : "?")digest=\(digest)", bytes, type: "application/octet-stream")
        guard done.status == 201 else { throw Failure.refused("a blob", status: done.status) }
        return digest
    }

    private func pushManifest(
        _ bytes: [UInt8], type: String, as reference: String, to repository: String
    ) async throws {
        let done = try await send(.put, "http://\(address)/v2/\(repository)/manifests/\(reference)", bytes, type: type)
        guard done.status == 201 else { throw Failure.refused("a manifest", status: done.status) }
    }

    private func send(
        _ method: HTTPMethod, _ url: String, _ body: [UInt8] = [], type: String? = nil
    ) async throws -> HTTPResponse {
        var request = HTTPRequest(method: method, url: url, headers: ["Authorization": Self.authorization])
        request.headers["Content-Type"] = type
        if method != .get { request.body = .bytes(body) }
        let response = try await http.send(request)
        _ = try await response.body.collect(upTo: 1 << 20)
        return response
    }
}
