package import CurlTransport
package import OrchModel

/// Why a call of the API gave no answer that can be used.
package enum OrchClientError: Error, Sendable {
    /// No server answered at this address.
    case unreachable(url: String, HTTPClientError)
    /// The server refused, and said why.
    case fault(status: Int, APIFault)
    /// Something answered, but not as orch's API does; `reason` says what was expected.
    case badAnswer(url: String, status: Int, reason: String)
    /// The request's own body has no JSON form.
    case unsendable(url: String, any Error)

    /// True where the same call may well succeed when it is repeated: nobody answered, or the server failed.
    package var isTransient: Bool {
        switch self {
        case .unreachable(_, let error): error.isTransient
        case .fault(let status, _): status >= 500 || status == 429
        case .badAnswer(_, let status, _): status >= 500
        case .unsendable: false
        }
    }

    /// True where the call ended because its task was cancelled.
    package var isCancellation: Bool {
        if case .unreachable(_, .cancelled) = self { true } else { false }
    }

    /// The server's own words, where it refused.
    package var fault: APIFault? {
        if case .fault(_, let fault) = self { fault } else { nil }
    }
}

extension OrchClientError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unreachable(let url, let error):
            "no answer from the orch server at \(url): \(error). Is it running? `orch up` starts one here"
        case .fault(_, let fault):
            fault.description
        case .badAnswer(let url, let status, let reason):
            "\(url) answered \(status), but not as an orch server does: \(reason)"
        case .unsendable(let url, let error):
            "the request to \(url) could not be written as JSON: \(error)"
        }
    }
}
