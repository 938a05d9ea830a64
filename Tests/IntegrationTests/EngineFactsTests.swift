import CurlTransport
import FoundationEssentials
import OrchInfrastructure
import OrchModel
import Testing

@testable import DockerEngine

/// What the engine really does, where orch's design leans on it: a daemon that behaves otherwise shows here.
@Suite(
    .enabled("needs a Docker daemon") { await LiveEngine.answers() },
    .enabled(if: LiveEngine.hasBusybox, "needs /bin/busybox, linked statically (apt-get install busybox-static)"),
    .timeLimit(.minutes(10)))
struct EngineFactsTests {
    // MARK: Logs

    private static let chunk = 16_384

    /// Runs a container to its end.
    private func run(
        _ engine: LiveEngine, _ script: String, _ change: (inout ContainerCreate) -> Void = { _ in }
    ) async throws -> String {
        let id = try await engine.create(script, change)
        let wait = try await engine.client.openWait(id, condition: .nextExit)
        try await engine.client.startContainer(id)
        _ = try await wait.exit()
        return id
    }

    private func lines(
        _ engine: LiveEngine, _ id: String, since: EngineTime? = nil
    ) async throws -> [LogLine] {
        var options = LogOptions()
        options.since = since
        var lines: [LogLine] = []
        for try await line in try await engine.client.containerLogs(id, options: options) { lines.append(line) }
        return lines
    }

    /// The frames of a container's log as the daemon sends them.
    private func frames(_ engine: LiveEngine, _ id: String) async throws -> [LogFrame] {
        var call = try DockerCall(.get, "containers", id, "logs", object: .container)
        call.query = [("stdout", "1"), ("stderr", "1"), ("timestamps", "1")]
        let body = try await engine.client.open(call).body
        var decoder = LogFrameDecoder()
        return try decoder.take(try await engine.client.collect(body, upTo: 1 << 20, call: call))
    }

    @Test func longLineIsKeptInChunksOf16384BytesThatRepeatOneTimestamp() async throws {
        try await LiveEngine.with { engine in
            let id = try await run(engine, "head -c 40000 /dev/zero | tr '\\0' x; echo")
            let frames = try await frames(engine, id)
            let parts = frames.map { $0.payload.split(separator: 0x20, maxSplits: 1, omittingEmptySubsequences: false) }
            #expect(parts.map { $0[1].count } == [Self.chunk, Self.chunk, 40_000 - 2 * Self.chunk + 1])
            #expect(Set(parts.map { $0[0] }).count == 1)
            #expect(parts.map { $0[1].last == 0x0A } == [false, false, true])
        }
    }

    @Test func sinceIsInclusiveToTheNanosecond() async throws {
        try await LiveEngine.with { engine in
            let id = try await run(engine, "echo one; sleep 0.05; echo two; sleep 0.05; echo three")
            let second = try #require(try await lines(engine, id).dropFirst().first?.time)
            let next = EngineTime(seconds: second.seconds, nanoseconds: second.nanoseconds + 1)
            #expect(try await lines(engine, id, since: second).count == 2)
            #expect(try await lines(engine, id, since: next).count == 1)
        }
    }

    @Test func invalidUTF8IsKeptAsReplacementCharacters() async throws {
        try await LiveEngine.with { engine in
            let id = try await run(engine, "printf 'a\\377b\\n'")
            #expect(try await lines(engine, id).map(\.bytes) == [Array("a\u{FFFD}b".utf8)])
        }
    }

    @Test func localDriverDropsTheNewlineOfALongLine() async throws {
        try await LiveEngine.with { engine in
            let script = "head -c 20000 /dev/zero | tr '\\0' x; echo; echo after"
            let local = try await run(engine, script) { $0.hostConfig.logConfig = LogConfig(type: "local") }
            #expect(try await lines(engine, local).map(\.bytes.count) == [20_005])
            let json = try await run(engine, script) { $0.hostConfig.logConfig = LogConfig(type: "json-file") }
            #expect(try await lines(engine, json).map(\.bytes.count) == [20_000, 5])
        }
    }

    @Test func driverNoneCannotBeRead() async throws {
        try await LiveEngine.with { engine in
            let id = try await run(engine, "echo lost") { $0.hostConfig.logConfig = LogConfig(type: "none") }
            let error = await #expect(throws: DockerError.self) { try await lines(engine, id) }
            guard case .api(_, _, _, let message) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(message.contains("does not support reading"))
        }
    }

    @Test func rotationDropsTheStartOfALogWithoutAWord() async throws {
        try await LiveEngine.with { engine in
            let id = try await run(engine, "for i in 1 2 3 4; do head -c 9000 /dev/zero | tr '\\0' $i; echo; done") {
                $0.hostConfig.logConfig = LogConfig(config: ["max-size": "16k", "max-file": "1"])
            }
            let kept = try await lines(engine, id)
            #expect(kept.count < 4)
            #expect(kept.last?.bytes.first == UInt8(ascii: "4"))
        }
    }

    // MARK: Starts and ends

    @Test func waitOnAContainerThatNeverStartedAnswersZeroAtOnce() async throws {
        try await LiveEngine.with { engine in
            let id = try await engine.create("exit 7")
            #expect(try await engine.client.openWait(id, condition: .notRunning).exit().statusCode == 0)
            let state = try await engine.client.inspectContainer(id).state
            #expect(state.exitCode == 0)
            #expect(state.started == nil)
        }
    }

    @Test func oomKilledIsTrueForAChildThoughTheContainerEndsWell() async throws {
        try await LiveEngine.with { engine in
            let id = try await engine.create(DockerClient.awaitsGo + "tail /dev/zero; exit 0") {
                $0.hostConfig.memory = 16 << 20
                $0.hostConfig.memorySwap = 16 << 20
            }
            let wait = try await engine.client.openWait(id, condition: .nextExit)
            try await engine.client.startContainer(id)
            try await engine.client.letGo(id)
            _ = try await wait.exit()
            #expect(try await engine.client.tellsOfOutOfMemory(id))
            #expect(try await engine.client.inspectContainer(id).state.exitCode == 0)
        }
    }

    @Test func processOneIgnoresSIGTERMUnlessThereIsAnInit() async throws {
        try await LiveEngine.with { engine in
            for (hasInit, code) in [(false, 137), (true, 143)] {
                let id = try await engine.create("echo ready; exec sleep 600") {
                    $0.hostConfig.initProcess = hasInit
                }
                try await engine.client.startContainer(id)
                // A signal that comes before the init passes signals on is lost.
                var options = LogOptions()
                options.follow = true
                var logs = try await engine.client.containerLogs(id, options: options).makeAsyncIterator()
                _ = try await logs.next()
                try await engine.client.stopContainer(id, timeout: .seconds(hasInit ? 30 : 1))
                #expect(try await engine.client.inspectContainer(id).state.exitCode == code)
            }
        }
    }

    /// The start itself succeeds: the kernel refuses later, and only the container's own output says why.
    @Test func noProgramRunsWithAnEnvironmentStringOfMoreThan128KiB() async throws {
        try await LiveEngine.with { engine in
            // One byte is the kernel's own, for the closing NUL.
            let longest = "V=" + String(repeating: "x", count: ContainerSpec.longestVariable - 3)
            let fits = try await run(engine, "exit 3") { $0.env = [longest] }
            #expect(try await engine.client.inspectContainer(fits).state.exitCode == 3)
            let tooLong = try await run(engine, "exit 3") { $0.env = [longest + "x"] }
            #expect(try await engine.client.inspectContainer(tooLong).state.exitCode != 3)
            let output = try await lines(engine, tooLong).map { String(decoding: $0.bytes, as: UTF8.self) }
            #expect(output.contains { $0.contains("argument list too long") }, "\(output)")
        }
    }

    // MARK: Archives

    private static let note = TarArchive([TarArchive.Entry(path: "note", bytes: Array("x".utf8))])

    @Test func archiveForATmpfsLandsInTheLayerBelow() async throws {
        try await LiveEngine.with { engine in
            let id = try await engine.create("if [ -e /memory/note ]; then exit 1; fi") {
                $0.hostConfig.tmpfs = ["/memory": ""]
            }
            let folder = TarArchive([TarArchive.Entry(path: "memory", kind: .directory, mode: 0o755)])
            try await engine.client.putArchive(folder, into: "/", of: id)
            try await engine.client.putArchive(Self.note, into: "/memory", of: id)
            #expect(try await engine.client.readFile("/memory/note", of: id, limit: 10) == Array("x".utf8))
            let wait = try await engine.client.openWait(id, condition: .nextExit)
            try await engine.client.startContainer(id)
            #expect(try await wait.exit().statusCode == 0)
        }
    }

    /// Why a run stream's journal is not kept on a tmpfs.
    @Test func archiveDoesNotSeeATmpfsNeitherWhileItRunsNorLater() async throws {
        try await LiveEngine.with { engine in
            let id = try await engine.create("echo x >/memory/note; echo y >/note; echo ready; sleep 600") {
                $0.hostConfig.tmpfs = ["/memory": ""]
            }
            try await engine.client.startContainer(id)
            var options = LogOptions()
            options.follow = true
            var logs = try await engine.client.containerLogs(id, options: options).makeAsyncIterator()
            #expect(try await logs.next()?.bytes == Array("ready".utf8))
            for isRunning in [true, false] {
                #expect(try await engine.client.readFile("/note", of: id, limit: 10) == Array("y\n".utf8))
                await #expect(throws: DockerError.self) {
                    try await engine.client.readFile("/memory/note", of: id, limit: 10)
                }
                if isRunning { try await engine.client.stopContainer(id, timeout: .zero) }
            }
        }
    }

    // MARK: Pauses

    /// Why a paused run is cancelled without being resumed first: nothing of the flow runs between thaw and SIGTERM.
    @Test func stopThawsAFrozenContainerAndItsProcessGetsTheSignal() async throws {
        try await LiveEngine.with { engine in
            let id = try await engine.create("trap 'exit 3' TERM; echo ready; while true; do sleep 0.05; done")
            try await engine.client.startContainer(id)
            var options = LogOptions()
            options.follow = true
            var logs = try await engine.client.containerLogs(id, options: options).makeAsyncIterator()
            #expect(try await logs.next()?.bytes == Array("ready".utf8))
            try await engine.client.pauseContainer(id)
            let paused = try await engine.client.inspectContainer(id).state
            #expect(paused.status == "paused" && paused.running)
            await #expect(throws: DockerError.self) { try await engine.client.pauseContainer(id) }
            try await engine.client.stopContainer(id, timeout: .seconds(20))
            let ended = try await engine.client.inspectContainer(id).state
            #expect(ended.status == "exited" && ended.exitCode == 3)
            for call in [engine.client.pauseContainer, engine.client.unpauseContainer] {
                await #expect(throws: DockerError.self) { try await call(id) }
            }
        }
    }

    @Test func archiveOfAnotherContentTypeIsSwallowedWithoutAnError() async throws {
        try await LiveEngine.with { engine in
            let id = try await engine.create("true")
            var call = try DockerCall(.put, "containers", id, "archive", object: .container)
            call.query = [("path", "/bin")]
            // The one that curl sends by itself.
            call.headers["Content-Type"] = "application/x-www-form-urlencoded"
            call.body = .bytes(try Self.note.encoded())
            #expect(try await engine.client.perform(call) == 200)
            await #expect(throws: DockerError.self) {
                try await engine.client.readFile("/bin/note", of: id, limit: 10)
            }
            try await engine.client.putArchive(Self.note, into: "/bin", of: id)
            #expect(try await engine.client.readFile("/bin/note", of: id, limit: 10) == Array("x".utf8))
        }
    }
}
