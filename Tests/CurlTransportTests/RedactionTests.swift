import Testing

@testable import CurlTransport

struct RedactionTests {
    @Test(arguments: [
        (url: "http://h/p", shown: "http://h/p"),
        (url: "http://u:p@h:1/p?a=b&c&d=", shown: "http://h:1/p?a=…&…&d=…"),
        (url: "https://u@h?x=1#f", shown: "https://h?x=…"),
        (url: "https://u:p@ss@h/@x", shown: "https://h/@x"),
        (url: "/rel?token=1", shown: "/rel?token=…"),
        (url: "https://h/p#secret", shown: "https://h/p"),
        (url: "", shown: ""),
    ])
    func showsNeitherUserNorQueryValues(url: String, shown: String) {
        #expect("\(RedactedURL(url))" == shown)
    }

    @Test(arguments: [
        (name: "authorization", isSecret: true), (name: "Proxy-Authorization", isSecret: true),
        (name: "Cookie", isSecret: true), (name: "Set-Cookie", isSecret: true),
        (name: "X-Registry-Auth", isSecret: true),
        (name: "x-goog-api-key", isSecret: true), (name: "X-Auth-Token", isSecret: true),
        (name: "Content-Type", isSecret: false), (name: "Author", isSecret: false), (name: "Monkey", isSecret: false),
    ])
    func knowsWhatCarriesCredentials(name: String, isSecret: Bool) {
        #expect(HTTPHeaders.carriesCredentials(name) == isSecret)
    }

    @Test func headersCompareWithoutCaseAndKeepOrder() {
        var headers: HTTPHeaders = ["A": "1", "b": "2", "a": "3"]
        #expect(headers["a"] == "1")
        #expect(headers.all("A") == ["1", "3"])
        headers["a"] = "4"
        #expect(headers.map(\.name) == ["A", "b"])
        #expect(headers.all("a") == ["4"])
        headers["B"] = nil
        headers.add("c", "5")
        #expect(headers.map { "\($0.name)=\($0.value)" } == ["A=4", "c=5"])
    }
}
