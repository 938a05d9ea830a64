import CurlTransport
import Synchronization

/// A client of one Docker daemon, one function per endpoint of its API
/// (https://docs.docker.com/reference/api/engine/).
///
/// Any number of calls may run at once. Cancelling the surrounding task ends a call at once; what the daemon had begun
/// goes on. The API version is agreed on with the first call, and again where the daemon was replaced.
package final class DockerClient: Sendable {
    /// Where the daemon listens.
    package let host: DockerHost
    private let http: HTTPClient
    private let negotiated = Mutex<APIVersion?>(nil)

    /// A client; nothing is sent before the first call.
    package init(host: DockerHost) {
        self.host = host
        // Every log that is followed and every wait holds a connection: a limit would make them block each other.
        self.http = HTTPClient(configuration: .unlimitedConnections)
    }

    /// Ends all calls and closes all connections. May be called again.
    package func shutdown() {
        http.shutdown()
    }

    /// The version spoken with this daemon; asks it where that is not known yet.
    ///
    /// Maps to `GET /_ping` and its `Api-Version` field
    /// (https://docs.docker.com/reference/api/engine/version/v1.41/#tag/System/operation/SystemPing).
    /// - Throws: `daemonTooOld`, and what `ping` throws.
    package func apiVersion() async throws(DockerError) -> APIVersion {
        if let known = negotiated.withLock({ $0 }) { return known }
        let ping = try await ping()
        guard let version = APIVersion(ping.apiVersion).flatMap(APIVersion.common) else {
            throw .daemonTooOld(host, offers: ping.apiVersion.isEmpty ? "no known version" : ping.apiVersion)
        }
        negotiated.withLock { $0 = version }
        return version
    }

    // MARK: What the endpoints are made of

    /// Sends a call and returns its answer with a status below 400, the body unread.
    func open(_ call: DockerCall) async throws(DockerError) -> HTTPResponse {
        for isLastTry in [false, true] {
            let response = try await send(call, prefix: "/v\(try await apiVersion())")
            if response.status < 400 { return response }
            let message = try await message(of: response, call: call)
            // A daemon that was updated or replaced says so in these words.
            guard response.status == 400, message.hasPrefix("client version ") else {
                throw DockerError(status: response.status, message: message, call: call)
            }
            negotiated.withLock { $0 = nil }
            if isLastTry { throw .daemonTooNew(host, message: message) }
        }
        throw .daemonTooNew(host, message: "no version was agreed on")
    }

    /// Sends a call whose answer has no body of interest; returns the status.
    @discardableResult
    func perform(_ call: DockerCall) async throws(DockerError) -> Int {
        let response = try await open(call)
        _ = try await collect(response.body, upTo: 1 << 20, call: call)
        return response.status
    }

    /// Sends a call and decodes its answer.
    func value<Value: Decodable>(_ call: DockerCall, as type: Value.Type) async throws(DockerError) -> Value {
        let response = try await open(call)
        let bytes = try await collect(response.body, upTo: Self.largestAnswer, call: call)
        return try DockerJSON.decode(type, from: bytes, path: call.path)
    }

    /// Sends a call to `prefix` and its path, whatever the status.
    func send(_ call: DockerCall, prefix: String) async throws(DockerError) -> HTTPResponse {
        var request = HTTPRequest(method: call.method, url: "", headers: call.headers, body: call.body)
        request.timeouts = HTTPTimeouts(connect: .seconds(10), idle: call.idle)
        request.redirects = .refuse
        switch host {
        case .unix(let path):
            request.unixSocket = path
            request.url = "http://localhost\(prefix)\(call.target)"
        case .tcp(let name, let port):
            request.url = "http://\(name):\(port)\(prefix)\(call.target)"
        case .tls(let name, let port, let folder):
            request.url = "https://\(name):\(port)\(prefix)\(call.target)"
            request.tls = HTTPTLS(
                caFile: "\(folder)/ca.pem", clientCertificate: "\(folder)/cert.pem", clientKey: "\(folder)/key.pem")
        }
        do {
            return try await http.send(request)
        } catch {
            throw DockerError(error, call: call, host: host, hadAnswer: false)
        }
    }

    /// Reads a body whole.
    func collect(_ body: HTTPResponseBody, upTo limit: Int, call: DockerCall) async throws(DockerError) -> [UInt8] {
        do {
            return try await body.collect(upTo: limit)
        } catch {
            throw DockerError(error, call: call, host: host, hadAnswer: true)
        }
    }

    /// More than any list or inspection of a busy host.
    private static let largestAnswer = 64 << 20

    private struct Refusal: Decodable { let message: String }

    private func message(of response: HTTPResponse, call: DockerCall) async throws(DockerError) -> String {
        let bytes = try await collect(response.body, upTo: 1 << 20, call: call)
        do {
            return try DockerJSON.decode(Refusal.self, from: bytes, path: call.path).message
        } catch {
            // A proxy in front of the daemon answers in its own format.
            return String(decoding: bytes.prefix(500), as: UTF8.self)
        }
    }
}
