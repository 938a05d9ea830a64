import DockerEngine
import Foundation
import Testing

struct ContainerLogsTests {
    private static let time = "2026-01-02T03:04:05Z"

    private func texts(_ logs: ContainerLogs) async throws -> [String] {
        var texts: [String] = []
        for try await line in logs { texts.append("\(line.stream) \(String(decoding: line.bytes, as: UTF8.self))") }
        return texts
    }

    @Test func handsOutALineBeforeTheNextIsThere() async throws {
        let gate = DispatchSemaphore(value: 0)
        let first = RawFrame.bytes(1, "\(Self.time) one\n")
        let second = RawFrame.bytes(2, "\(Self.time) two")
        let daemon = try StubDaemon { _ in StubDaemon.Answer(chunks: [first, second], gate: gate) }
        defer { daemon.stop() }
        var options = LogOptions()
        options.follow = true
        var iterator = try await daemon.client.containerLogs("x", options: options).makeAsyncIterator()
        let line = try #require(try await iterator.next())
        #expect(line.bytes == Array("one".utf8))
        #expect(line.time == EngineTime(rfc3339: Self.time))
        gate.signal()
        let last = try #require(try await iterator.nextBatch())
        #expect(last.map(\.stream) == [.stderr])
        #expect(last.map(\.isTerminated) == [false])
        #expect(try await iterator.next() == nil)
    }

    @Test(arguments: [
        (api: "1.41", type: "application/octet-stream", tty: true, isRaw: true),
        (api: "1.41", type: "application/vnd.docker.raw-stream", tty: false, isRaw: false),
        (api: "1.42", type: "application/vnd.docker.raw-stream", tty: false, isRaw: true),
        (api: "1.42", type: "application/vnd.docker.multiplexed-stream", tty: true, isRaw: false),
    ])
    func knowsARawStream(api: String, type: String, tty: Bool, isRaw: Bool) async throws {
        let bytes = isRaw ? Array("\(Self.time) a\r\n".utf8) : RawFrame.bytes(2, "\(Self.time) a\n")
        let daemon = try StubDaemon(apiVersion: api) { _ in .bytes(bytes, headers: ["Content-Type": type]) }
        defer { daemon.stop() }
        var options = LogOptions()
        options.tty = tty
        let lines = try await texts(daemon.client.containerLogs("x", options: options))
        #expect(lines == [isRaw ? "stdout a" : "stderr a"])
    }

    @Test func keepsWhatCameOfATornFrame() async throws {
        let torn = Array(RawFrame.bytes(1, "\(Self.time) torn off\n").dropLast(5))
        let daemon = try StubDaemon { _ in .bytes(torn) }
        defer { daemon.stop() }
        #expect(try await texts(daemon.client.containerLogs("x")) == ["stdout torn"])
    }
}
