/// What a `FaultServer` does for each request; decides, and touches no socket.
package struct FaultScript: Sendable {
    private let behaviour: FaultServer.Behaviour
    private let content: [UInt8]
    private static let etag = "\"one\""
    private static let date = "Sun, 06 Nov 1994 08:49:37 GMT"

    package init(_ behaviour: FaultServer.Behaviour, content: [UInt8]) {
        self.behaviour = behaviour
        self.content = content
    }

    private var sixtyPercent: Int { content.count * 3 / 5 }

    /// Another file of the same length, which differs before every cut. Of a gzip file these are the bytes of the time
    /// in its header: it is sound as well.
    private var otherContent: [UInt8] {
        content.prefix(4) + content.dropFirst(4).prefix(4).map { ~$0 } + content.dropFirst(8)
    }

    package func acts(for request: FaultServer.Request) -> [FaultServer.Act] {
        let isFirst = request.number == 0
        switch behaviour {
        case .ok, .refusesConnections, .neverAccepts: return file(request)
        case .okChunked: return [.send(head(200, ["Transfer-Encoding: chunked"]) + Self.chunked(content))]
        case .okUntilClose: return [.send(Array("HTTP/1.0 200 OK\r\n\r\n".utf8) + content)]
        case .okAfterEarlyHints:
            return [.send(Array("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n".utf8))] + file(request)
        case .slowTrickle:
            return [
                .send(head(200, [length(content)])), .trickle(content, step: content.count / 20 + 1, milliseconds: 2),
            ]
        case .redirectsToSameHost, .redirectsToOtherHost, .redirectsForEver, .redirectsToFileScheme:
            return redirect(request)
        case .htmlPage, .accessDeniedXML, .jsonError, .gitLFSPointer, .emptyBody, .notModifiedUnasked, .partUnasked,
            .brotliEncoding:
            return impostor
        case .unauthorized, .forbidden, .notFound, .gone, .tooManyRequests, .unavailable: return refusal
        case .tooManyRequestsOnce: return isFirst ? [.send(reply(429, ["Retry-After: 0"]))] : file(request)
        case .serverErrorOnce: return isFirst ? [.send(reply(500))] : file(request)
        case .resetsConnections: return [.reset]
        case .neverAnswers: return [.hold]
        case .stallsAfterHead: return [.send(head(200, [length(content)])), .hold]
        case .announcesTooMuch, .announcesTooLittle, .sendsMoreThanAnnounced, .twoLengths, .absurdLength, .hugeHeader,
            .notHTTP:
            return lie
        case .gzipTruncated: return [.send(reply(200, body: Array(content.prefix(sixtyPercent))))]
        case .gzipBitFlipped: return [.send(reply(200, body: Self.flipped(content)))]
        case .gzipTrailingGarbage: return [.send(reply(200, body: content + Array("and more".utf8)))]
        default: return broken(request)
        }
    }

    /// The behaviours whose first answer does not reach its end.
    private func broken(_ request: FaultServer.Request) -> [FaultServer.Act] {
        let isFirst = request.number == 0
        let cut = isFirst ? sixtyPercent : nil
        switch behaviour {
        case .cutOnce: return file(request, cutAt: cut)
        case .cutOnceWithDate: return file(request, etag: nil, cutAt: cut)
        case .cutOnceWithWeakETag: return file(request, etag: "W/\"one\"", date: nil, cutAt: cut)
        case .cutOnceWithoutValidator: return file(request, etag: nil, date: nil, cutAt: cut)
        case .cutAlways: return file(request, etag: nil, date: nil, cutAt: sixtyPercent, hasParts: false)
        case .cutEvery64KiB: return file(request, cutAt: 65_536)
        case .cutInsideChunk: return isFirst ? cutChunk : file(request)
        case .resetOnce: return isFirst ? file(request, cutAt: cut) + [.reset] : file(request)
        case .stallsOnce: return isFirst ? file(request, cutAt: cut) + [.hold] : file(request)
        case .ignoresRange: return file(request, cutAt: cut, hasParts: false)
        case .changesOnce:
            return isFirst
                ? [.send(head(200, [length(content), "ETag: \"zero\""]) + otherContent.prefix(sixtyPercent))]
                : file(request)
        case .changesAlways: return file(request, etag: "\"\(request.number)\"", date: nil, cutAt: sixtyPercent)
        default: return isFirst ? file(request, cutAt: cut) : badPart(request)
        }
    }

    /// Answers to a request for a part that are not that part.
    private func badPart(_ request: FaultServer.Request) -> [FaultServer.Act] {
        guard let start = Self.rangeStart(request) else { return file(request) }
        switch behaviour {
        case .rangeNotSatisfiable: return [.send(reply(416, ["Content-Range: bytes */\(content.count)"]))]
        case .wrongContentRange: return part(of: content, from: start - 1000, total: content.count)
        case .wrongTotal: return part(of: content, from: start, total: content.count + 1)
        case .changesInSecret: return part(of: Self.flipped(content), from: start, total: content.count)
        default: return file(request)
        }
    }

    private func redirect(_ request: FaultServer.Request) -> [FaultServer.Act] {
        guard behaviour == .redirectsForEver || !request.target.hasPrefix("/moved") else { return file(request) }
        let port = request.headers["host"]?.split(separator: ":").last ?? "80"
        let location =
            switch behaviour {
            case .redirectsToOtherHost: "http://localhost:\(port)/moved?signature=s3cret"
            case .redirectsToFileScheme: "file:///etc/passwd"
            case .redirectsForEver: request.target
            default: "/moved"
            }
        return [.send(reply(302, ["Location: \(location)"]))]
    }

    /// Answers that look like success.
    private var impostor: [FaultServer.Act] {
        let body: String
        switch behaviour {
        case .htmlPage: body = "<!DOCTYPE html>\n<html><body>Sign in</body></html>"
        case .accessDeniedXML: body = "<?xml version=\"1.0\"?>\n<Error><Code>AccessDenied</Code></Error>"
        case .jsonError: body = "{\"message\": \"rate limit\"}"
        case .gitLFSPointer: body = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 25031880\n"
        case .notModifiedUnasked: return [.send(reply(304))]
        case .partUnasked: return part(of: content, from: 0, total: content.count)
        case .brotliEncoding: return [.send(reply(200, ["Content-Encoding: br"], body: content))]
        default: body = ""
        }
        return [.send(reply(200, body: Array(body.utf8)))]
    }

    private var refusal: [FaultServer.Act] {
        switch behaviour {
        case .unauthorized: [.send(reply(401, ["WWW-Authenticate: Basic realm=\"x\""]))]
        case .forbidden: [.send(reply(403))]
        case .notFound: [.send(reply(404))]
        case .gone: [.send(reply(410))]
        case .tooManyRequests: [.send(reply(429, ["Retry-After: 120"]))]
        default: [.send(reply(503))]
        }
    }

    private var lie: [FaultServer.Act] {
        let announced: [String]
        var body = content
        switch behaviour {
        case .announcesTooMuch: announced = ["Content-Length: \(content.count + 1000)", "ETag: \(Self.etag)"]
        case .announcesTooLittle: announced = ["Content-Length: \(sixtyPercent)"]
        case .twoLengths: announced = [length(content), "Content-Length: \(content.count - 1)"]
        case .absurdLength: announced = ["Content-Length: minus one"]
        case .hugeHeader: announced = [length(content), "X-Large: " + String(repeating: "x", count: 1 << 20)]
        case .notHTTP: return [.send(Array("220 ready\r\n".utf8) + content)]
        default:
            announced = [length(content)]
            body += Array("HTTP/1.1 200 OK\r\n\r\nmore".utf8)
        }
        return [.send(head(200, announced) + body)]
    }

    private var cutChunk: [FaultServer.Act] {
        let size = String(content.count, radix: 16)
        let head = head(200, ["Transfer-Encoding: chunked", "ETag: \(Self.etag)"])
        return [.send(head + Array("\(size)\r\n".utf8) + content.prefix(sixtyPercent))]
    }
}

// MARK: Answers in general

extension FaultScript {
    /// The file, or the part that was asked for where `If-Range` allows it, up to a cut.
    private func file(
        _ request: FaultServer.Request, etag: String? = etag, date: String? = date, cutAt cut: Int? = nil,
        hasParts: Bool = true
    ) -> [FaultServer.Act] {
        let fields = [etag.map { "ETag: \($0)" }, date.map { "Last-Modified: \($0)" }, Self.today].compactMap(\.self)
        if let state = request.headers["if-none-match"], state == etag { return [.send(head(304, fields))] }
        let condition = request.headers["if-range"]
        let holds = condition.map { $0 == etag && !$0.hasPrefix("W/") || $0 == date } ?? true
        guard hasParts, holds, let start = Self.rangeStart(request) else {
            return [.send(head(200, fields + [length(content)]) + content.prefix(cut ?? content.count))]
        }
        guard start < content.count else { return [.send(reply(416, ["Content-Range: bytes */\(content.count)"]))] }
        return part(of: content, from: start, total: content.count, fields, cutAt: cut)
    }

    private func part(
        of content: [UInt8], from start: Int, total: Int, _ fields: [String] = ["ETag: \(etag)"], cutAt cut: Int? = nil
    ) -> [FaultServer.Act] {
        let rest = Array(content.dropFirst(start))
        let range = "Content-Range: bytes \(start)-\(start + rest.count - 1)/\(total)"
        return [.send(head(206, fields + [range, length(rest)]) + rest.prefix(cut ?? rest.count))]
    }

    private func reply(_ status: Int, _ fields: [String] = [], body: [UInt8] = []) -> [UInt8] {
        head(status, fields + (status == 304 ? [] : [length(body)])) + body
    }

    private func head(_ status: Int, _ fields: [String]) -> [UInt8] {
        let lines = ["HTTP/1.1 \(status) Fault", "Connection: close"] + fields
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
    }

    private func length(_ body: [UInt8]) -> String { "Content-Length: \(body.count)" }

    /// A day on which the file is old enough for its date to be a strong validator.
    private static let today = "Date: Mon, 07 Nov 1994 08:49:37 GMT"

    private static func rangeStart(_ request: FaultServer.Request) -> Int? {
        guard let range = request.headers["range"], range.hasPrefix("bytes="), range.hasSuffix("-") else { return nil }
        return Int(range.dropFirst(6).dropLast())
    }

    private static func chunked(_ content: [UInt8]) -> [UInt8] {
        var (bytes, rest) = ([UInt8](), content[...])
        while !rest.isEmpty {
            let piece = rest.prefix(10_000)
            bytes += Array("\(String(piece.count, radix: 16))\r\n".utf8) + piece + Array("\r\n".utf8)
            rest = rest.dropFirst(10_000)
        }
        return bytes + Array("0\r\n\r\n".utf8)
    }

    /// The content with a bit flipped in its last tenth, past every cut.
    private static func flipped(_ content: [UInt8]) -> [UInt8] {
        var bytes = content
        if !bytes.isEmpty { bytes[bytes.count * 9 / 10] ^= 0x10 }
        return bytes
    }
}
