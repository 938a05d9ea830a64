/// Decides what the next request of a chain of redirects is; sends nothing.
struct RedirectFollower {
    /// The request to send now.
    private(set) var request: HTTPRequest
    private var followed = 0

    init(request: HTTPRequest) {
        self.request = request
    }

    /// Takes the head that answered `request` and returns true when `request` has become the next one to send,
    /// false when the response is final.
    ///
    /// - Throws: `tooManyRedirects`, `redirectRefused`.
    mutating func follow(_ head: HTTPResponseHead, from address: URLAddress) throws(HTTPClientError) -> Bool {
        guard
            case .follow(let limit) = request.redirects,
            [301, 302, 303, 307, 308].contains(head.status),
            let location = head.headers["Location"]
        else { return false }
        let shown = "\(RedactedURL(location))"
        guard followed < limit else { throw .tooManyRedirects(url: shown, limit: limit) }
        let target: URLAddress
        do {
            target = try URLAddress(location, relativeTo: address.text)
        } catch {
            throw .redirectRefused(url: shown, reason: "only http and https addresses are followed")
        }
        // Who chose https is not made to take what anybody on the way may have changed.
        if address.scheme == "https", target.scheme == "http" {
            throw .redirectRefused(url: shown, reason: "it leads from https to http")
        }
        let sameOrigin = target.hasSameOrigin(as: address)
        if request.unixSocket != nil, !sameOrigin {
            throw .redirectRefused(url: shown, reason: "it leads away from the unix socket")
        }
        try changeMethod(status: head.status, shown: shown)
        if !sameOrigin {
            request.headers = request.headers.withoutCredentials()
            request.headers["Host"] = nil
        }
        request.url = target.text
        followed += 1
        return true
    }

    /// 303 always, and 301 and 302 for POST, turn into a GET without a body, as browsers do
    /// (https://www.rfc-editor.org/rfc/rfc9110#section-15.4); the others repeat the request as it was.
    private mutating func changeMethod(status: Int, shown: String) throws(HTTPClientError) {
        let becomesGet =
            switch status {
            case 303: request.method != .head
            case 301, 302: request.method == .post
            default: false
            }
        if becomesGet {
            request.method = .get
            request.body = .none
            for name in ["Content-Type", "Content-Length", "Content-Encoding"] { request.headers[name] = nil }
        } else if case .stream = request.body {
            throw .redirectRefused(url: shown, reason: "the streamed request body cannot be sent a second time")
        }
    }
}
