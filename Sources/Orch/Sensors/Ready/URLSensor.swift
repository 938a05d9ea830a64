/// What a sensor has found at an address.
public struct FoundURL: Codable, Hashable, Sendable {
    /// The address that answered, after redirects, without user info. Its query is left out: it may hold a secret.
    public var url: String
    public var status: Int
    /// The `ETag`, which changes with the content; nil where there is none.
    public var etag: String?
    /// When the content was changed last, as the server says.
    public var lastModified: String?
    /// Its length, in bytes; nil where the server does not say.
    public var bytes: Int64?
}

/// Waits for something at an address; see ``Sensor/url(_:changes:isThere:)``.
public struct URLSensor: Sensor {
    let request: WebRequest
    let changes: Bool
    let isThere: @Sendable (WebAnswer) throws -> Bool

    public var waitsFor: String {
        let bare = URLSensor.bare(request.url)
        return changes ? "a change of \(bare)" : bare
    }

    public func poke(_ look: SensorLook) async throws -> FoundURL? {
        var request = request
        request.isExpected = { _ in true }
        // The next look is the next attempt.
        request.retries = 0
        let answer = try await look.context.quietly(request)
        if [401, 407, 429].contains(answer.status) || answer.status >= 500 {
            throw WebFailure(
                what: URLSensor.bare(request.url), reason: "the answer's status is \(answer.status)",
                status: answer.status, attempts: 1, body: [])
        }
        guard try isThere(answer) else { return nil }
        let found = FoundURL(
            url: Self.bare(answer.url), status: answer.status, etag: answer.header("ETag"),
            lastModified: answer.header("Last-Modified"), bytes: answer.header("Content-Length").flatMap { Int64($0) })
        guard changes else { return found }
        guard let mark = found.etag ?? found.lastModified else {
            throw SensorGivesUp(
                "\(found.url) has neither ETag nor Last-Modified, so that no change of it can be seen")
        }
        guard case .string(let before)? = look.memory else {
            look.memory = .string(mark)
            return nil
        }
        return before == mark ? nil : found
    }

    /// An address without user info, query and fragment.
    private static func bare(_ url: String) -> String {
        let start = url.prefix { $0 != "?" && $0 != "#" }
        guard let scheme = start.firstRange(of: "://") else { return String(start) }
        let authority = start[scheme.upperBound...].prefix { $0 != "/" }
        guard let at = authority.lastIndex(of: "@") else { return String(start) }
        return String(start[..<scheme.upperBound] + start[start.index(after: at)...])
    }
}

extension Sensor where Self == URLSensor {
    /// Waits until something is at an address.
    ///
    /// 401, 407, 429 and 5xx are failed looks, as is a server that does not answer; what else there is decides `isThere`.
    ///
    /// - Parameters:
    ///   - request: what is asked. A HEAD costs least; some servers refuse it.
    ///   - changes: whether what is there at the first look is not enough, and a change is waited for, by its `ETag`, or its
    ///     `Last-Modified`. Defaults to false.
    ///   - isThere: whether an answer is the one that is waited for. Defaults to: its status is 200 to 299.
    public static func url(
        _ request: WebRequest, changes: Bool = false,
        isThere: @escaping @Sendable (WebAnswer) throws -> Bool = { (200..<300).contains($0.status) }
    ) -> URLSensor {
        URLSensor(request: request, changes: changes, isThere: isThere)
    }

    /// Waits until a HEAD of an address is answered with 200 to 299; see ``url(_:changes:isThere:)-(WebRequest,_,_)``.
    public static func url(_ url: String, changes: Bool = false) -> URLSensor {
        self.url(WebRequest(.head, url), changes: changes)
    }
}
