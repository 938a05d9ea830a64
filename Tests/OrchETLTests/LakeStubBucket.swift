import CurlTransport
import Foundation
import GoogleCloud
import Synchronization

/// A bucket called `lake` on a loopback socket, which keeps to preconditions as Cloud Storage documents them; the
/// emulator takes no notice of those. Contents are texts.
final class LakeStubBucket: Sendable {
    struct Stored: Sendable {
        var content: String
        var generation: Int64
    }

    private struct State {
        var objects: [String: Stored] = [:]
        var lastGeneration: Int64 = 1_600_000_000_000_000
        var uploads: [String] = []
    }

    let client: CloudStorageClient
    private let server: StubWebServer
    private let http = HTTPClient()

    /// - Parameter interrupt: is called before each upload with the object's name and what is stored now; a reply ends
    ///   the request with it.
    init(interrupt: @escaping @Sendable (String, inout [String: Stored]) -> StubWebServer.Reply? = { _, _ in nil })
        throws
    {
        let state = Mutex(State())
        server = try StubWebServer { request in
            state.withLock { Self.answer(request, &$0, interrupt) }
        }
        var policy = RetryPolicy()
        policy.maximumAttempts = 1
        client = CloudStorageClient(
            endpoint: server.url, credentials: .anonymous, http: http, retrier: Retrier(policy: policy))
    }

    deinit {
        server.stop()
        http.shutdown()
    }

    private static func answer(
        _ request: StubWebServer.Request, _ state: inout State,
        _ interrupt: (String, inout [String: Stored]) -> StubWebServer.Reply?
    ) -> StubWebServer.Reply {
        guard let address = URLComponents(string: request.target) else { return .json("{}", status: 400) }
        let query = Dictionary((address.queryItems ?? []).map { ($0.name, $0.value ?? "") }) { $1 }
        let name = address.percentEncodedPath.components(separatedBy: "/o/").dropFirst().first?.removingPercentEncoding
        switch (request.method, name) {
        case ("POST", nil):
            let (name, content) = upload(request.body)
            if let reply = interrupt(name, &state.objects) { return reply }
            guard isMet(query, state.objects[name]) else { return .json("{}", status: 412) }
            state.lastGeneration += 1
            state.objects[name] = Stored(content: content, generation: state.lastGeneration)
            return .json(resource(name, state.objects[name]))
        case ("GET", nil):
            let prefix = query["prefix"] ?? ""
            let items = state.objects.filter { $0.key.hasPrefix(prefix) }.sorted { $0.key < $1.key }
            return .json("{\"items\": [\(items.map { resource($0.key, $0.value) }.joined(separator: ","))]}")
        case ("GET", let name?):
            guard let stored = state.objects[name] else { return .json("{}", status: 404) }
            guard query["alt"] == "media" else { return .json(resource(name, stored)) }
            guard query["generation"] ?? "\(stored.generation)" == "\(stored.generation)" else {
                return .json("{}", status: 404)
            }
            var checksum = CRC32C()
            checksum.update(Array(stored.content.utf8))
            return StubWebServer.Reply(
                headers: ["X-Goog-Hash": "crc32c=\(checksum.base64)", "X-Goog-Generation": "\(stored.generation)"],
                body: Array(stored.content.utf8))
        case ("DELETE", let name?):
            guard state.objects[name] != nil else { return .json("{}", status: 404) }
            guard isMet(query, state.objects[name]) else { return .json("{}", status: 412) }
            state.objects[name] = nil
            return StubWebServer.Reply(status: 204)
        default:
            return .json("{}", status: 405)
        }
    }

    /// See <https://cloud.google.com/storage/docs/request-preconditions>
    private static func isMet(_ query: [String: String], _ stored: Stored?) -> Bool {
        guard let expected = query["ifGenerationMatch"] else { return true }
        return expected == "\(stored?.generation ?? 0)"
    }

    /// Name and content of a multipart upload.
    private static func upload(_ body: String) -> (name: String, content: String) {
        let boundary = body.prefix(while: { $0 != "\r\n" })
        let parts = body.components(separatedBy: boundary).dropFirst().map { part in
            part.components(separatedBy: "\r\n\r\n").dropFirst().joined(separator: "\r\n\r\n")
        }
        let metadata = try? JSONSerialization.jsonObject(with: Data((parts.first ?? "").utf8)) as? [String: Any]
        let content = parts.dropFirst().first ?? ""
        return (metadata?["name"] as? String ?? "", String(content.dropLast()))
    }

    private static func resource(_ name: String, _ stored: Stored?) -> String {
        let stored = stored ?? Stored(content: "", generation: 0)
        return """
            {"bucket": "lake", "name": "\(name)", "size": "\(stored.content.utf8.count)", \
            "generation": "\(stored.generation)"}
            """
    }
}
