import Testing

@testable import GoogleCloud

struct GoogleCloudErrorTests {
    private static let resource = GoogleResource(
        name: "table p.d.t", permission: "bigquery.tables.get", role: "Data Editor on dataset d")

    private static func body(_ reason: String, _ message: String) -> [UInt8] {
        Array(#"{"error":{"code":1,"message":"\#(message)","errors":[{"reason":"\#(reason)"}]}}"#.utf8)
    }

    @Test(arguments: [
        (400, "invalid", "bad", "invalidRequest"),
        (
            400, "invalid", "Cannot read and write in different locations: source: US, destination: EU",
            "locationMismatch"
        ),
        (401, "authError", "no", "unauthenticated"),
        (403, "accessDenied", "no", "permissionDenied"),
        (403, "forbidden", "no", "permissionDenied"),
        (403, "billingNotEnabled", "no", "api"),
        (403, "rateLimitExceeded", "no", "api"),
        (404, "notFound", "no", "notFound"),
        (409, "duplicate", "no", "alreadyExists"),
        (412, "conditionNotMet", "no", "precondition"),
        (500, "backendError", "no", "api"),
        (302, "", "", "api"),
    ])
    func mapsAnswers(status: Int, reason: String, message: String, name: String) {
        let error = GoogleCloudError(status: status, body: Self.body(reason, message), resource: Self.resource)
        #expect(Mirror(reflecting: error).children.first?.label == name)
    }

    @Test(arguments: [(401, "unauthenticated"), (403, "permissionDenied"), (404, "notFound"), (409, "alreadyExists")])
    func needsNoBody(status: Int, name: String) {
        let error = GoogleCloudError(status: status, body: [], resource: Self.resource)
        #expect(Mirror(reflecting: error).children.first?.label == name)
    }

    @Test func keepsReasonAndMessage() {
        let error = GoogleCloudError(
            status: 400, body: Self.body("invalidQuery", "Syntax error at [1:8]"), resource: Self.resource)
        let said = "the request for table p.d.t was refused as invalidQuery; the server said: Syntax error at [1:8]"
        #expect("\(error)" == said)
    }

    @Test func namesThePermissionAndTheRoleToGrant() {
        let error = GoogleCloudError(status: 403, body: Self.body("accessDenied", "nope"), resource: Self.resource)
        #expect(
            "\(error)" == "access to table p.d.t is denied: it takes the permission bigquery.tables.get; grant the "
                + "service account the role Data Editor on dataset d; the server said: nope")
    }

    @Test func tellsHowToMendLocations() {
        let said = "Cannot read and write in different locations: source: US, destination: EU"
        let error = GoogleCloudError(status: 400, body: Self.body("invalid", said), resource: Self.resource)
        #expect(
            "\(error)" == "table p.d.t: source, destination and job must lie in one location: load from a bucket that "
                + "lies where the dataset does; the server said: \(said)")
    }

    @Test(arguments: [
        ("backendError", "", true), ("rateLimitExceeded", "", true), ("invalid", "bad footer", false),
        ("invalidQuery", "Transaction is aborted due to concurrent update against table p:d.t", true),
    ])
    func tellsFailedJobsThatMayPassFromOthers(reason: String, message: String, isTransient: Bool) {
        let error = BigQueryJobError(reason: reason, location: nil, message: message)
        #expect(GoogleCloudError.jobFailed(job: "j", errors: [error]).isTransient == isTransient)
    }

    @Test func shortensAnAnswerThatIsNoJSON() {
        let page = Array("<html>\n".utf8) + [UInt8](repeating: UInt8(ascii: "x"), count: 5000)
        let error = GoogleCloudError(status: 502, body: page, resource: Self.resource)
        guard case .api(502, "", let message, _) = error else {
            Issue.record("unexpected \(error)")
            return
        }
        #expect(message.hasPrefix("<html> xxx") && message.count == 300)
    }

    @Test func showsEveryErrorOfAJob() {
        let errors = [
            BigQueryJobError(reason: "invalid", location: "gs://b/o", message: "bad footer"),
            BigQueryJobError(reason: "invalid", location: nil, message: "bad column"),
        ]
        let text = "\(GoogleCloudError.jobFailed(job: "p:EU.j", errors: errors))"
        #expect(
            text == """
                BigQuery job p:EU.j failed with 2 errors:
                  invalid at gs://b/o: bad footer
                  invalid: bad column
                """)
    }

    @Test func saysWhyAFileCannotBeRead() {
        let error = GoogleCloudError.localFile(path: "/x", operation: "open", code: 2)
        #expect("\(error)" == "cannot open /x: No such file or directory")
    }
}
