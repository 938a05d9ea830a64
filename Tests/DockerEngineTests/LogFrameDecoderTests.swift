import Testing

@testable import DockerEngine

struct LogFrameDecoderTests {
    private static let recorded =
        RawFrame.bytes(1, "2026-01-02T03:04:05Z one\n") + RawFrame.bytes(2, "") + RawFrame.bytes(2, "error\n")
        + RawFrame.bytes(1, String(repeating: "x", count: 300)) + RawFrame.bytes(0, "input")

    private static let frames = [
        LogFrame(stream: .stdout, payload: Array("2026-01-02T03:04:05Z one\n".utf8)),
        LogFrame(stream: .stderr, payload: []),
        LogFrame(stream: .stderr, payload: Array("error\n".utf8)),
        LogFrame(stream: .stdout, payload: Array(repeating: 0x78, count: 300)),
        LogFrame(stream: .stdout, payload: Array("input".utf8)),
    ]

    @Test func readsFramesWhereverChunksEnd() throws {
        for border in 0...Self.recorded.count {
            var decoder = LogFrameDecoder()
            let first = try decoder.take(Array(Self.recorded[..<border]))
            let second = try decoder.take(Array(Self.recorded[border...]))
            #expect(first + second == Self.frames)
            #expect(try decoder.finish() == nil)
        }
    }

    @Test func readsFramesByteByByte() throws {
        var decoder = LogFrameDecoder()
        let frames = try Self.recorded.flatMap { try decoder.take([$0]) }
        #expect(frames == Self.frames)
    }

    @Test func keepsWhatCameOfACutFrame() throws {
        var decoder = LogFrameDecoder()
        #expect(try decoder.take(Array(RawFrame.bytes(2, "torn off").dropLast(4))).isEmpty)
        #expect(try decoder.finish() == LogFrame(stream: .stderr, payload: Array("torn".utf8)))
        #expect(try decoder.finish() == nil)
    }

    @Test(arguments: [
        [4, 0, 0, 0, 0, 0, 0, 1], [1, 0, 1, 0, 0, 0, 0, 1], [1, 0, 0, 0, 0xFF, 0, 0, 0], Array("raw text".utf8),
    ])
    func refusesWhatIsNoHeader(bytes: [UInt8]) {
        var decoder = LogFrameDecoder()
        let error = #expect(throws: DockerError.self) { try decoder.take(bytes) }
        guard case .malformedLogs = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func passesOnAnErrorOfTheDaemon() {
        var decoder = LogFrameDecoder()
        let error = #expect(throws: DockerError.self) { try decoder.take(RawFrame.bytes(3, "error grabbing logs")) }
        guard case .malformedLogs(reason: "error grabbing logs") = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }
}
