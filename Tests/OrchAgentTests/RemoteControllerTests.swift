import OrchClient
import OrchModel
import Testing

@testable import OrchAgent

struct RemoteControllerTests {
    private static func fault(_ status: Int, _ code: String) -> OrchClientError {
        .fault(status: status, APIFault(code: code, message: "said the server"))
    }

    @Test(
        arguments: [
            (fault(409, "stale"), .stale), (fault(409, "conflict"), .conflict("said the server")),
            (fault(404, "not_found"), .unknown("said the server")), (fault(413, "invalid"), .tooLarge),
            (fault(401, "unauthorized"), .refused(status: 401, "said the server")),
            (fault(500, "internal"), .unreachable("said the server")),
            (fault(503, "no_agent"), .unreachable("said the server")),
            (.badAnswer(url: "http://o", status: 413, reason: ""), .tooLarge),
        ] as [(OrchClientError, ControllerFault)])
    func clientsErrorsBecomeFaults(_ error: OrchClientError, _ fault: ControllerFault) {
        #expect(ControllerFault(error) == fault)
    }

    @Test func answersThatWereNotUnderstoodAreNotQuoted() {
        let fault = ControllerFault(.badAnswer(url: "http://o", status: 200, reason: #"got {"token":"canary"#))
        #expect(!"\(fault)".contains("canary"))
        guard case .unreachable = fault else {
            Issue.record("expected another try, got \(fault)")
            return
        }
    }
}
