import CurlTransport
import Testing

@testable import OrchETL

/// The parts of a download that decide and do nothing.
struct DownloadDecisionTests {
    // MARK: Dates, ranges, validators

    @Test(arguments: [
        ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777), ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ("Wed, 29 Feb 2040 23:59:59 GMT", 2_214_172_799), ("Fri, 31 Dec 1999 23:59:60 GMT", 946_684_800),
    ])
    func readsDates(text: String, seconds: Int64) {
        #expect(HTTPDate(text)?.seconds == seconds)
    }

    @Test(arguments: [
        "", "0", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Sun, 06 Nov 1994 08:49:37 EST",
        "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 25:49:37 GMT", "Sun, 06 Nov 1994 +1:49:37 GMT",
        "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 06 Nox 1994 08:49:37 GMT",
    ])
    func refusesOtherDates(text: String) {
        #expect(HTTPDate(text) == nil)
    }

    @Test func readsRanges() throws {
        let range = try #require(ContentRange("bytes 100-199/1000"))
        #expect((range.start, range.end, range.total) == (100, 200, 1000))
        #expect(ContentRange("Bytes 0-0/*")?.end == 1)
        #expect(ContentRange("bytes 0-0/*")?.total == nil)
    }

    @Test(arguments: [
        "", "bytes", "bytes */1000", "bytes 5-4/10", "bytes 0-10/10", "bytes -1-5/10", "bytes +1-5/10", "items 0-1/2",
        "bytes 0-9223372036854775807/*", "bytes 0-99999999999999999999/*", "bytes 0-1/2/3", "bytes 0-1",
    ])
    func refusesOtherRanges(text: String) {
        #expect(ContentRange(text) == nil)
    }

    private static let validators: [([String: String], String?)] = [
        (["ETag": "\"a\""], "\"a\""), (["ETag": "W/\"a\""], nil), (["ETag": "a"], nil), (["ETag": "\"a\nb\""], nil),
        (["ETag": "\"\(String(repeating: "x", count: 600))\""], nil),
        (["Last-Modified": "Sun, 06 Nov 1994 08:49:37 GMT"], nil),
        (["Last-Modified": "Sun, 06 Nov 1994 08:49:37 GMT", "Date": "Sun, 06 Nov 1994 08:49:37 GMT"], nil),
        (
            ["Last-Modified": "Sun, 06 Nov 1994 08:49:37 GMT", "Date": "Sun, 06 Nov 1994 08:49:38 GMT"],
            "Sun, 06 Nov 1994 08:49:37 GMT"
        ),
        (
            [
                "ETag": "W/\"a\"", "Last-Modified": "Sun, 06 Nov 1994 08:49:37 GMT",
                "Date": "Mon, 07 Nov 1994 08:49:37 GMT",
            ], "Sun, 06 Nov 1994 08:49:37 GMT"
        ),
    ]

    @Test(arguments: validators)
    func goesOnOnlyByStrongValidators(fields: [String: String], ifRange: String?) {
        var headers = HTTPHeaders()
        for (name, value) in fields { headers.add(name, value) }
        #expect(DownloadValidator(headers).ifRange == ifRange)
    }

    // MARK: Answers

    private func answer(_ status: Int, _ headers: HTTPHeaders, to asked: DownloadRequest) throws -> String {
        let address = try SourceAddress("https://host/x")
        return switch ServerAnswer(status: status, headers, to: asked, address: address, now: 784_111_777) {
        case .whole(let length, _, let encoding): "whole \(length ?? -1) \(encoding)"
        case .rest(let length): "rest \(length ?? -1)"
        case .notModified: "not modified"
        case .startOver: "start over"
        case .refusal(let error):
            "\(Mirror(reflecting: error).children.first?.label ?? "") \(error.retryAfter ?? .zero)"
        }
    }

    private static let answers: [(Int, HTTPHeaders, String)] = [
        (200, ["Content-Length": "300"], "whole 300 identity"), (200, [:], "whole -1 identity"),
        (200, ["Content-Encoding": "gzip"], "whole -1 gzip"),
        (200, ["Content-Encoding": "zstd"], "sourceEncoding 0.0 seconds"),
        (206, ["Content-Range": "bytes 100-299/300"], "rest 300"),
        (206, ["Content-Range": "bytes 100-199/*"], "rest 300"),
        (206, ["Content-Range": "bytes 99-299/300"], "start over"), (206, [:], "start over"),
        (206, ["Content-Range": "bytes 100-299/301"], "start over"),
        (206, ["Content-Range": "bytes 100-299/300", "ETag": "\"b\""], "start over"),
        (206, ["Content-Range": "bytes 100-299/300", "Content-Encoding": "gzip"], "start over"),
        (416, ["Content-Range": "bytes */300"], "start over"), (304, [:], "sourceStatus 0.0 seconds"),
        (503, ["Retry-After": "7"], "sourceBusy 7.0 seconds"),
        (429, ["Retry-After": "Sun, 06 Nov 1994 08:49:47 GMT"], "sourceBusy 10.0 seconds"),
        (429, ["Retry-After": "Sun, 06 Nov 1994 08:49:07 GMT"], "sourceBusy 0.0 seconds"),
        (503, ["Retry-After": "99999999999999999999"], "sourceBusy 0.0 seconds"),
        (503, ["Retry-After": "9999999999"], "sourceBusy 604800.0 seconds"),
    ]

    @Test(arguments: answers)
    func readsAnswersToARequestForTheRest(status: Int, headers: HTTPHeaders, expected: String) throws {
        var validator = DownloadValidator()
        validator.etag = "\"a\""
        let asked = DownloadRequest(offset: 100, length: 300, validator: validator)
        #expect(try answer(status, headers, to: asked) == expected)
    }

    @Test func readsAnswersToAConditionalRequest() throws {
        var asked = DownloadRequest()
        #expect(try answer(304, [:], to: asked).hasPrefix("sourceStatus"))
        asked.cached.etag = "\"a\""
        #expect(try answer(304, [:], to: asked) == "not modified")
        #expect(asked.headers["If-None-Match"] == "\"a\"")
        #expect(asked.headers["Range"] == nil)
    }

    // MARK: Perseverance

    private let broken = ETLError.transfer("x", cause: HTTPClientError.closedEarly(host: "h", received: 1, expected: 2))
    private let silent = ETLError.transfer("x", cause: HTTPClientError.idleTimeout(host: "h", seconds: 1))

    @Test func goesOnWhileThereIsSomethingNew() {
        var options = DownloadOptions()
        options.maximumResumes = 50
        var perseverance = Perseverance(options)
        for received in 1...50 {
            let step = perseverance.next(after: broken, received: Int64(received), chance: 0)
            #expect(step == .again(after: .zero))
        }
        #expect(perseverance.resumes == 50)
        #expect(perseverance.next(after: broken, received: 51, chance: 0) == .giveUp)
    }

    @Test func waitsLongerAfterEachFruitlessRequest() {
        var options = DownloadOptions()
        (options.backoff, options.fruitlessRequests) = (.seconds(1), 9)
        var perseverance = Perseverance(options)
        let waits = (1...8).map { _ in perseverance.next(after: broken, received: 0, chance: 1) }
        #expect(waits == [1, 2, 4, 8, 16, 30, 30, 30].map { .again(after: .seconds($0)) })
        #expect(perseverance.next(after: broken, received: 0, chance: 1) == .giveUp)
    }

    @Test func bytesThatWereHereBeforeAreNothingNew() {
        var perseverance = Perseverance(DownloadOptions())
        #expect(perseverance.next(after: broken, received: 60, chance: 0) != .giveUp)
        #expect(perseverance.next(after: broken, received: 60, chance: 0) != .giveUp)
        #expect(perseverance.next(after: broken, received: 59, chance: 0) != .giveUp)
        #expect(perseverance.next(after: broken, received: 60, chance: 0) == .giveUp)
    }

    @Test func doesNotWaitTwiceForSilence() {
        var perseverance = Perseverance(DownloadOptions())
        #expect(perseverance.next(after: silent, received: 60, chance: 0) == .again(after: .zero))
        #expect(perseverance.next(after: silent, received: 60, chance: 0) == .giveUp)
    }

    @Test func givesUpOnWhatDoesNotPass() {
        var perseverance = Perseverance(DownloadOptions())
        #expect(perseverance.next(after: .sourceNotFound("x"), received: 60, chance: 0) == .giveUp)
    }

    @Test func waitsAsLongAsAskedWithinItsPatience() {
        var options = DownloadOptions()
        (options.patience, options.fruitlessRequests) = (.seconds(30), 9)
        var perseverance = Perseverance(options)
        let busy = ETLError.sourceBusy("x", status: 503, retryAfter: .seconds(12))
        #expect(perseverance.next(after: busy, received: 0, chance: 0) == .again(after: .seconds(12)))
        #expect(perseverance.next(after: busy, received: 0, chance: 0) == .again(after: .seconds(12)))
        #expect(perseverance.next(after: busy, received: 0, chance: 0) == .giveUp)
    }

    // MARK: Progress

    @Test func tellsOfProgressNowAndThen() {
        var meter = TransferMeter(interval: .milliseconds(250))
        meter.begin(at: 0, of: 1000)
        #expect(meter.add(10, now: .seconds(5)) == WebSource.Progress(bytes: 10, total: 1000))
        #expect(meter.add(10, now: .seconds(5.1)) == nil)
        let second = meter.add(80, now: .seconds(5.5))
        // Counted from the first report: 90 bytes, and those of that report, in half a second.
        #expect(second == WebSource.Progress(bytes: 100, total: 1000, bytesPerSecond: 200, timeLeft: .seconds(4.5)))
        #expect(meter.add(900, now: .seconds(5.6))?.timeLeft == .zero)
    }

    @Test func smoothsTheRate() throws {
        var meter = TransferMeter(interval: .zero)
        meter.begin(at: 0, of: nil)
        var last: WebSource.Progress?
        for second in 0...60 { last = meter.add(1000, now: .seconds(second)) }
        let steady = try #require(last?.bytesPerSecond)
        #expect(abs(steady - 1000) < 1)
        #expect(last?.timeLeft == nil)
        // A burst counts, but not for all.
        let burst = try #require(meter.add(100_000, now: .seconds(61))?.bytesPerSecond)
        #expect(burst > 2 * steady && burst < 50_000)
    }
}
