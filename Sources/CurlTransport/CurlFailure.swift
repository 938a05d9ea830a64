import CCurl
import Glibc

/// What libcurl tells of a transfer that ended, turned into an error of ours.
struct CurlFailure {
    let code: CURLcode
    /// libcurl's own words; empty where it has none.
    let text: String
    let handle: UnsafeMutableRawPointer
    let received: Int64
    let request: HTTPRequest
    let address: URLAddress

    /// Nil for success.
    var error: HTTPClientError? {
        switch code {
        case CURLE_OK: nil
        case CURLE_COULDNT_RESOLVE_HOST: .dns(host: address.host)
        case CURLE_COULDNT_CONNECT: connectFailure
        case CURLE_OPERATION_TIMEDOUT:
            .connectTimeout(host: address.host, seconds: request.timeouts.connect / .seconds(1))
        case CURLE_COULDNT_RESOLVE_PROXY, CURLE_PROXY: .proxy(reason: reason)
        case CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE:
            .closedEarly(host: address.host, received: received, expected: expectedLength)
        case CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_SSL_CONNECT_ERROR:
            brokenConnection
        case CURLE_HTTP2, CURLE_HTTP2_STREAM, CURLE_SEND_FAIL_REWIND:
            .reset(host: address.host, received: received, reason: reason)
        case CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_CONTENT_ENCODING:
            .malformedResponse(host: address.host, reason: reason)
        // libcurl 7 says so of a header line that is larger than the 100 KiB it takes.
        case CURLE_OUT_OF_MEMORY:
            .other(code: Int32(code.rawValue), message: "no memory, or a header line of more than 100 KiB")
        default:
            Self.tlsCodes.contains(code.rawValue)
                ? .tls(host: address.host, reason: reason)
                : .other(code: Int32(code.rawValue), message: reason)
        }
    }

    private static let tlsCodes = Set(
        [
            CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_SSL_CACERT_BADFILE,
            CURLE_SSL_ISSUER_ERROR, CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_CLIENTCERT,
            CURLE_SSL_ENGINE_INITFAILED, CURLE_SSL_ENGINE_NOTFOUND, CURLE_SSL_ENGINE_SETFAILED, CURLE_USE_SSL_FAILED,
            CURLE_SSL_SHUTDOWN_FAILED, CURLE_SSL_CRL_BADFILE,
        ].map(\.rawValue))

    private var reason: String {
        text.isEmpty ? String(cString: curl_easy_strerror(code)) : text
    }

    /// The system's number for the last failed call on a socket, 0 where there is none.
    private var systemError: Int32 {
        var value = 0
        _ = orch_curl_getinfo_long(handle, CURLINFO_OS_ERRNO, &value)
        return Int32(truncatingIfNeeded: value)
    }

    private var connectFailure: HTTPClientError {
        let code = systemError
        if let path = request.unixSocket { return .socketRefused(path: path, errno: code) }
        return code == ECONNREFUSED || code == 0
            ? .refused(host: address.host, port: address.port)
            : .unreachable(host: address.host, port: address.port, errno: code)
    }

    private var expectedLength: Int64? {
        var value: curl_off_t = -1
        _ = orch_curl_getinfo_offset(handle, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &value)
        return value >= 0 ? Int64(value) : nil
    }

    /// Under TLS the same codes stand for a broken connection and for a refused certificate: an alert, or any failure
    /// of the handshake but a closed connection, is the latter.
    private var brokenConnection: HTTPClientError {
        let isHandshake = code == CURLE_SSL_CONNECT_ERROR
        let isAlert = text.contains(" alert ")
        let isClosed = text.contains("SSL_ERROR_SYSCALL") || text.contains("onnection reset")
        return isAlert || (isHandshake && !isClosed)
            ? .tls(host: address.host, reason: reason)
            : .reset(host: address.host, received: received, reason: reason)
    }
}
