import CCurl

/// Turns a request into options of an easy handle.
struct EasySetup {
    let handle: UnsafeMutableRawPointer
    let request: HTTPRequest
    let address: URLAddress

    /// Bytes of a request body from which on it is sent in larger steps.
    private static let largeBody: Int64 = 1 << 20

    /// Sets all but the callbacks and returns the header list, which the caller frees after the handle.
    ///
    /// - Throws: `other` where libcurl refuses an option.
    func apply(
        _ configuration: HTTPClientConfiguration
    ) throws(HTTPClientError) -> UnsafeMutablePointer<curl_slist>? {
        try set(CURLOPT_URL, address.text)
        try set(CURLOPT_PROTOCOLS_STR, "http,https")
        try set(CURLOPT_NOSIGNAL, 1)
        // Without it, aborting a transfer during a name lookup would hold up all others until the lookup ends.
        try set(CURLOPT_QUICK_EXIT, 1)
        try set(CURLOPT_TCP_KEEPALIVE, 1)
        try set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        try set(CURLOPT_BUFFERSIZE, 262144)
        try set(CURLOPT_CONNECTTIMEOUT_MS, max(1, Int(request.timeouts.connect / .milliseconds(1))))
        try set(CURLOPT_USERAGENT, configuration.userAgent)
        if let path = request.unixSocket {
            try set(CURLOPT_UNIX_SOCKET_PATH, path)
            try set(CURLOPT_PROXY, "")
        }
        try applyTLS(configuration)
        try applyBody()
        return try applyHeaders()
    }

    func setCallbacks(
        context: UnsafeMutableRawPointer, errorText: UnsafeMutablePointer<CChar>
    ) throws(HTTPClientError) {
        try check(orch_curl_setopt_pointer(handle, CURLOPT_ERRORBUFFER, errorText))
        let options = [
            CURLOPT_PRIVATE, CURLOPT_WRITEDATA, CURLOPT_HEADERDATA, CURLOPT_READDATA, CURLOPT_SEEKDATA,
            CURLOPT_PREREQDATA,
        ]
        for option in options { try check(orch_curl_setopt_pointer(handle, option, context)) }
        try check(
            orch_curl_setopt_data_callback(handle, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
                guard let context else { return 0 }
                return EasyExchange.at(context).take(body: UnsafeRawBufferPointer(start: bytes, count: size * count))
            })
        try check(
            orch_curl_setopt_data_callback(handle, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
                guard let context else { return 0 }
                let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
                EasyExchange.at(context).take(headerLine: line)
                return line.count
            })
        try check(
            orch_curl_setopt_data_callback(handle, CURLOPT_READFUNCTION) { bytes, size, count, context in
                guard let context else { return Int(CURL_READFUNC_ABORT) }
                return EasyExchange.at(context).fill(UnsafeMutableRawBufferPointer(start: bytes, count: size * count))
            })
        try check(
            orch_curl_setopt_seek_callback(handle) { context, offset, origin in
                guard let context, origin == 0 else { return Int32(CURL_SEEKFUNC_CANTSEEK) }
                return EasyExchange.at(context).seek(to: Int64(offset))
            })
        try check(
            orch_curl_setopt_prerequest_callback(handle) { context, _, _, _, _ in
                if let context { EasyExchange.at(context).didConnect() }
                return Int32(CURL_PREREQFUNC_OK)
            })
    }

    private func applyTLS(_ configuration: HTTPClientConfiguration) throws(HTTPClientError) {
        try set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        if let path = request.tls.caFile ?? configuration.caFile { try set(CURLOPT_CAINFO, path) }
        if let path = request.tls.clientCertificate { try set(CURLOPT_SSLCERT, path) }
        if let path = request.tls.clientKey { try set(CURLOPT_SSLKEY, path) }
    }

    private func applyBody() throws(HTTPClientError) {
        let length: Int64?
        switch request.body {
        case .none:
            if request.method == .head {
                try set(CURLOPT_NOBODY, 1)
                return
            }
            guard [.post, .put, .patch].contains(request.method) else {
                try set(CURLOPT_HTTPGET, 1)
                try set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
                return
            }
            length = 0
        case .bytes(let bytes): length = Int64(bytes.count)
        case .file(_, _, let count): length = count
        case .stream(let count, _): length = count
        }
        // A large body takes fewer and larger steps; what is small is not worth the memory.
        if (length ?? .max) >= Self.largeBody { try set(CURLOPT_UPLOAD_BUFFERSIZE, 524_288) }
        try set(CURLOPT_UPLOAD, 1)
        try set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
        try check(orch_curl_setopt_offset(handle, CURLOPT_INFILESIZE_LARGE, curl_off_t(length ?? -1)))
    }

    private func applyHeaders() throws(HTTPClientError) -> UnsafeMutablePointer<curl_slist>? {
        // An empty `Expect` keeps libcurl from waiting for a "100 Continue" that few servers send.
        var list = curl_slist_append(nil, "Expect:")
        for field in request.headers {
            guard let longer = curl_slist_append(list, HeaderLine.text(field)) else {
                curl_slist_free_all(list)
                throw .other(code: 27, message: "out of memory")
            }
            list = longer
        }
        do throws(HTTPClientError) {
            try check(orch_curl_setopt_list(handle, CURLOPT_HTTPHEADER, list))
        } catch {
            curl_slist_free_all(list)
            throw error
        }
        return list
    }

    private func set(_ option: CURLoption, _ value: Int) throws(HTTPClientError) {
        try check(orch_curl_setopt_long(handle, option, value))
    }

    private func set(_ option: CURLoption, _ value: String) throws(HTTPClientError) {
        try check(orch_curl_setopt_string(handle, option, value))
    }

    private func check(_ code: CURLcode) throws(HTTPClientError) {
        guard code != CURLE_OK else { return }
        throw .other(code: Int32(code.rawValue), message: String(cString: curl_easy_strerror(code)))
    }
}
