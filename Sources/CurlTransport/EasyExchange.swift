import CCurl
import Glibc

/// An easy handle with all that belongs to it; made, used and released on the engine's thread alone.
final class EasyExchange {
    let transfer: Transfer
    let handle: UnsafeMutableRawPointer
    /// True when a callback brought something since `deliver()`.
    private(set) var hasNews = false

    private let errorText: UnsafeMutablePointer<CChar>
    private var headerList: UnsafeMutablePointer<curl_slist>?
    private var assembler = HeadAssembler()
    private var received: Int64 = 0
    private var lastActivity: ContinuousClock.Instant?
    private var isReceivingPaused = false
    private var isSendingPaused = false
    private var bodyOffset: Int64 = 0
    private var bodyFile: Int32 = -1
    private var bodyFailure: HTTPClientError?

    /// - Throws: `requestFile`, or `other` where libcurl has no memory or refuses an option.
    init(transfer: Transfer, configuration: HTTPClientConfiguration) throws(HTTPClientError) {
        guard let handle = curl_easy_init() else { throw .other(code: 27, message: "out of memory") }
        self.transfer = transfer
        self.handle = handle
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        do throws(HTTPClientError) {
            try openBodyFile()
            let setup = EasySetup(handle: handle, request: transfer.request, address: transfer.address)
            headerList = try setup.apply(configuration)
            try setup.setCallbacks(context: Unmanaged.passUnretained(self).toOpaque(), errorText: errorText)
        } catch {
            release()
            throw error
        }
    }

    /// The exchange that a handle belongs to.
    static func of(_ handle: UnsafeMutableRawPointer) -> EasyExchange? {
        var context: UnsafeMutableRawPointer?
        guard orch_curl_getinfo_pointer(handle, CURLINFO_PRIVATE, &context) == CURLE_OK, let context else { return nil }
        return at(context)
    }

    /// The exchange that a callback's context points at; the engine's table keeps it alive.
    static func at(_ context: UnsafeMutableRawPointer) -> EasyExchange {
        Unmanaged<EasyExchange>.fromOpaque(context).takeUnretainedValue()
    }

    /// Frees what libcurl and the system hold for the exchange; the last call.
    func release() {
        curl_easy_cleanup(handle)
        curl_slist_free_all(headerList)
        headerList = nil
        errorText.deallocate()
        if bodyFile >= 0 { close(bodyFile) }
    }

    func deliver() {
        hasNews = false
        transfer.deliver()
    }

    /// Goes on where back-pressure has stopped.
    func resume(receiving: Bool = false, sending: Bool = false) {
        if receiving { isReceivingPaused = false }
        if sending { isSendingPaused = false }
        lastActivity = .now
        let mask = (isReceivingPaused ? CURLPAUSE_RECV : 0) | (isSendingPaused ? CURLPAUSE_SEND : 0)
        curl_easy_pause(handle, mask)
    }

    /// When the exchange has to end if nothing happens, and how; nil for never.
    func nextTimeout() -> (ContinuousClock.Instant, HTTPClientError)? {
        let timeouts = transfer.request.timeouts
        let host = transfer.address.host
        var next: (ContinuousClock.Instant, HTTPClientError)?
        if let deadline = transfer.deadline, let total = timeouts.total {
            next = (deadline, .totalTimeout(host: host, seconds: total / .seconds(1)))
        }
        if let idle = timeouts.idle, let lastActivity, !isReceivingPaused, !isSendingPaused {
            let due = lastActivity.advanced(by: idle)
            if next.map({ due < $0.0 }) ?? true {
                next = (due, .idleTimeout(host: host, seconds: idle / .seconds(1)))
            }
        }
        return next
    }

    /// What a result of libcurl's means; nil for success.
    func failure(for code: CURLcode) -> HTTPClientError? {
        if let bodyFailure { return bodyFailure }
        return CurlFailure(
            code: code, text: String(cString: errorText), handle: handle, received: received,
            request: transfer.request, address: transfer.address
        ).error
    }
}

// MARK: What libcurl calls

extension EasyExchange {
    /// The connection stands and the request is about to be sent.
    func didConnect() {
        lastActivity = .now
    }

    func take(headerLine: UnsafeRawBufferPointer) {
        lastActivity = .now
        guard let head = assembler.take(headerLine) else { return }
        transfer.receive(head)
        hasNews = true
    }

    func take(body: UnsafeRawBufferPointer) -> Int {
        lastActivity = .now
        hasNews = true
        guard transfer.receive(body) else {
            isReceivingPaused = true
            return Int(CURL_WRITEFUNC_PAUSE)
        }
        received += Int64(body.count)
        return body.count
    }

    /// Fills libcurl's buffer with the next bytes of the request body.
    func fill(_ target: UnsafeMutableRawBufferPointer) -> Int {
        lastActivity = .now
        switch transfer.request.body {
        case .none:
            return 0
        case .bytes(let bytes):
            let count = min(target.count, bytes.count - Int(bodyOffset))
            bytes.withUnsafeBytes { source in
                let range = Int(bodyOffset)..<Int(bodyOffset) + count
                target.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[range]))
            }
            bodyOffset += Int64(count)
            return count
        case .file(let path, let offset, let length):
            return fill(target, fromFileAt: path, offset: offset, length: length)
        case .stream:
            switch transfer.takeUpload(into: target) {
            case .bytes(let count): return count
            case .end: return 0
            case .pause:
                isSendingPaused = true
                return Int(CURL_READFUNC_PAUSE)
            }
        }
    }

    private func fill(
        _ target: UnsafeMutableRawBufferPointer, fromFileAt path: String, offset: Int64, length: Int64
    ) -> Int {
        let wanted = min(Int64(target.count), length - bodyOffset)
        guard wanted > 0 else { return 0 }
        let count = pread(bodyFile, target.baseAddress, Int(wanted), off_t(offset + bodyOffset))
        guard count > 0 else {
            bodyFailure =
                count < 0
                ? .requestFile(path: path, errno: errno)
                : .requestBodyLength(announced: length, produced: bodyOffset)
            return Int(CURL_READFUNC_ABORT)
        }
        bodyOffset += Int64(count)
        return count
    }

    /// Goes back in the body, where libcurl has to send it again because a reused connection was closed under it.
    func seek(to offset: Int64) -> Int32 {
        if case .stream = transfer.request.body { return Int32(CURL_SEEKFUNC_CANTSEEK) }
        bodyOffset = offset
        return Int32(CURL_SEEKFUNC_OK)
    }

    private func openBodyFile() throws(HTTPClientError) {
        guard case .file(let path, _, _) = transfer.request.body else { return }
        bodyFile = open(path, O_RDONLY | O_CLOEXEC)
        if bodyFile < 0 { throw .requestFile(path: path, errno: errno) }
    }
}
