import Testing

@testable import CurlTransport

struct DownloadRedirectTests {
    @Test(arguments: [
        ("https://host/a", "http://host/b", false), ("https://host/a", "http://other/b", false),
        ("https://host/a", "https://other/b", true), ("https://host/a", "//other/b", true),
        ("https://host/a", "/b", true),
        ("http://host/a", "https://host/b", true), ("http://host/a", "http://other/b", true),
    ])
    func neverLeavesTLS(from: String, to location: String, isFollowed: Bool) throws {
        var follower = RedirectFollower(request: HTTPRequest(url: from))
        let head = HTTPResponseHead(status: 302, headers: ["Location": location], httpVersion: "1.1")
        guard isFollowed else {
            #expect {
                _ = try follower.follow(head, from: URLAddress(from))
            } throws: { error in
                guard case HTTPClientError.redirectRefused(_, let reason) = error else { return false }
                return reason == "it leads from https to http"
            }
            return
        }
        #expect(try follower.follow(head, from: URLAddress(from)))
    }
}
