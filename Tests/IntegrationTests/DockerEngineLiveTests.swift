import DockerEngine
import Foundation
import Testing

/// Our client against the daemon of this machine.
@Suite(
    .enabled("needs a Docker daemon") { await LiveEngine.answers() },
    .enabled(if: LiveEngine.hasBusybox, "needs /bin/busybox, linked statically (apt-get install busybox-static)"))
struct DockerEngineLiveTests {
    @Test func tellsItsVersionAndHost() async throws {
        try await LiveEngine.with { engine in
            let version = try await engine.client.version()
            #expect(APIVersion(version.apiVersion) ?? .oldest >= .oldest)
            #expect(version.operatingSystem == "linux")
            let info = try await engine.client.info()
            #expect(info.serverVersion == version.version)
            #expect(info.memory > 0 && info.processors > 0)
        }
    }

    @Test func knowsItsImages() async throws {
        try await LiveEngine.with { engine in
            let image = try await engine.client.inspectImage(engine.image)
            #expect(image.repoTags == [engine.image])
            #expect(image.operatingSystem == "linux")
            let listed = try await engine.client.listImages(filters: ["reference": [engine.image]])
            #expect(listed.map(\.id) == [image.id])
            let error = await #expect(throws: DockerError.self) {
                try await engine.client.inspectImage("orch-test/missing:1")
            }
            guard case .noSuchImage(reference: "orch-test/missing:1") = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
    }

    @Test func refusesASecondContainerOfTheName() async throws {
        try await LiveEngine.with { engine in
            let id = try await engine.create("true", name: engine.label)
            let error = await #expect(throws: DockerError.self) { try await engine.create("true", name: engine.label) }
            guard case .nameInUse(engine.label, by: id) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(try await engine.client.inspectContainer(engine.label).id == id)
        }
    }

    @Test func refusesAContainerOfAMissingImage() async throws {
        try await LiveEngine.with { engine in
            let error = await #expect(throws: DockerError.self) {
                try await engine.client.createContainer(ContainerCreate(image: "orch-test/missing:1"))
            }
            guard case .noSuchImage(reference: "orch-test/missing:1") = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
    }

    @Test func tellsACommandThatCannotBeRun() async throws {
        try await LiveEngine.with { engine in
            let id = try await engine.create(command: ["/nowhere/program"]) { $0.hostConfig.initProcess = false }
            let error = await #expect(throws: DockerError.self) { try await engine.client.startContainer(id) }
            guard case .api = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            let state = try await engine.client.inspectContainer(id).state
            #expect(state.started == nil)
            #expect(state.exitCode != 0)
            #expect(!state.error.isEmpty)
        }
    }

    @Test func startsWhatItsInitProcessCannotRun() async throws {
        try await LiveEngine.with { engine in
            let id = try await engine.create(command: ["/nowhere/program"])
            let wait = try await engine.client.openWait(id, condition: .nextExit)
            #expect(try await engine.client.startContainer(id))
            #expect(try await wait.exit().statusCode == 127)
            let state = try await engine.client.inspectContainer(id).state
            #expect(state.started != nil)
            #expect(state.error.isEmpty)
        }
    }

    @Test func waitsForTheNextExitFromBeforeTheStart() async throws {
        try await LiveEngine.with { engine in
            let id = try await engine.create("exit 7")
            let wait = try await engine.client.openWait(id, condition: .nextExit)
            #expect(try await engine.client.startContainer(id))
            #expect(try await wait.exit() == ContainerExit(statusCode: 7))
            let state = try await engine.client.inspectContainer(id).state
            #expect(state.exitCode == 7)
            #expect(state.status == "exited")
            // The daemon notes the start after the fact: the end of a short run may bear the earlier time.
            #expect(state.started != nil)
            #expect(state.finished != nil)
        }
    }

    @Test func followsLongLinesBothOutputsAndAnEndWithoutNewline() async throws {
        try await LiveEngine.with { engine in
            let id = try await engine.create(
                "head -c 100000 /dev/zero | tr '\\0' x; echo; echo; echo failure >&2; printf 'no newline'")
            try await engine.client.startContainer(id)
            var options = LogOptions()
            options.follow = true
            let followed = try await printed(engine, id, options)
            options.follow = false
            let lines = try await printed(engine, id, options)

            // Following may miss a last line without newline when the container ends: hence the second reading.
            #expect(followed.filter(\.isTerminated) == lines.filter(\.isTerminated))
            let out = lines.filter { $0.stream == .stdout }
            let isAsPrinted =
                out.map(\.bytes) == [Array(repeating: 0x78, count: 100_000), [], Array("no newline".utf8)]
            #expect(isAsPrinted, "\(out.map(\.bytes.count))")
            #expect(out.map(\.isTerminated) == [true, true, false])
            #expect(lines.filter { $0.stream == .stderr }.map(\.bytes) == [Array("failure".utf8)])
            #expect(lines.allSatisfy { $0.time != nil && $0.part == 0 })

            options.lineLimit = 10
            options.stderr = false
            let first = try #require(try await printed(engine, id, options).first)
            #expect(first.bytes.count == 10)
            #expect(first.part == 1)
            options.tail = 1
            #expect(try await printed(engine, id, options).map(\.bytes) == [Array("no newline".utf8)])
            options.tail = nil
            options.since = try #require(out.last?.time)
            #expect(try await printed(engine, id, options).last?.bytes == Array("no newline".utf8))
        }
    }

    private func printed(_ engine: LiveEngine, _ id: String, _ options: LogOptions) async throws -> [LogLine] {
        var lines: [LogLine] = []
        for try await line in try await engine.client.containerLogs(id, options: options) { lines.append(line) }
        return lines
    }

    @Test func readsTheRawStreamOfATerminal() async throws {
        try await LiveEngine.with { engine in
            let id = try await engine.create("echo out; echo err >&2") { $0.tty = true }
            let wait = try await engine.client.openWait(id, condition: .nextExit)
            try await engine.client.startContainer(id)
            _ = try await wait.exit()
            var options = LogOptions()
            options.tty = try await engine.client.inspectContainer(id).config.tty
            let lines = try await printed(engine, id, options)
            #expect(lines.map { String(decoding: $0.bytes, as: UTF8.self) } == ["out", "err"])
            #expect(lines.allSatisfy { $0.time != nil })
        }
    }

    @Test func killsStopsAndStartsOnlyWhatRuns() async throws {
        try await LiveEngine.with { engine in
            let killed = try await engine.create("sleep 600")
            try await engine.client.startContainer(killed)
            #expect(try await !engine.client.startContainer(killed))
            let wait = try await engine.client.openWait(killed)
            try await engine.client.killContainer(killed)
            #expect(try await wait.exit().statusCode == 137)
            #expect(try await engine.client.inspectContainer(killed).state.oomKilled == false)
            let error = await #expect(throws: DockerError.self) { try await engine.client.killContainer(killed) }
            guard case .conflict = error else {
                Issue.record("\(String(describing: error))")
                return
            }

            let stopped = try await engine.create("trap 'exit 3' TERM; echo ready; while :; do sleep 0.05; done")
            try await engine.client.startContainer(stopped)
            var options = LogOptions()
            options.follow = true
            var logs = try await engine.client.containerLogs(stopped, options: options).makeAsyncIterator()
            _ = try await logs.next()
            #expect(try await engine.client.stopContainer(stopped, timeout: .seconds(30)))
            #expect(try await engine.client.inspectContainer(stopped).state.exitCode == 3)
            #expect(try await !engine.client.stopContainer(stopped))
        }
    }

    @Test func tellsWhatWasKilledForWantOfMemory() async throws {
        try await LiveEngine.with { engine in
            let id = try await engine.create(DockerClient.awaitsGo + "exec tail /dev/zero") { body in
                body.hostConfig.memory = 16 << 20
                body.hostConfig.memorySwap = 16 << 20
            }
            let wait = try await engine.client.openWait(id, condition: .nextExit)
            try await engine.client.startContainer(id)
            try await engine.client.letGo(id)
            #expect(try await wait.exit().statusCode == 137)
            #expect(try await engine.client.tellsOfOutOfMemory(id))
        }
    }

    @Test func listsByLabelAndRemoves() async throws {
        try await LiveEngine.with { engine in
            let ids = [try await engine.create("true"), try await engine.create("sleep 600")]
            try await engine.client.startContainer(ids[1])
            let mine = ["\(LiveEngine.labelName)=\(engine.label)"]
            let listed = try await engine.client.listContainers(labels: mine)
            #expect(Set(listed.map(\.id)) == Set(ids))
            #expect(try await engine.client.listContainers(all: false, labels: mine).map(\.state) == ["running"])
            let running = await #expect(throws: DockerError.self) { try await engine.client.removeContainer(ids[1]) }
            guard case .conflict = running else {
                Issue.record("\(String(describing: running))")
                return
            }
            try await engine.client.removeContainer(ids[0])
            try await engine.client.removeContainer(ids[1], force: true)
            #expect(try await engine.client.listContainers(labels: mine).isEmpty)
            let gone = await #expect(throws: DockerError.self) { try await engine.client.removeContainer(ids[0]) }
            guard case .notFound(.container, _) = gone else {
                Issue.record("\(String(describing: gone))")
                return
            }
        }
    }

    @Test func putsFilesInAndTakesThemOut() async throws {
        try await LiveEngine.with { engine in
            let id = try await engine.create("cat /bin/note")
            let note = Array("from outside".utf8)
            let archive = TarArchive([
                TarArchive.Entry(path: "note", bytes: note, mode: 0o644),
                TarArchive.Entry(path: "link", kind: .symlink("note")),
            ])
            try await engine.client.putArchive(archive, into: "/bin", of: id)
            #expect(try await engine.client.readFile("/bin/note", of: id, limit: 1_000) == note)
            #expect(try await engine.client.readFile("/bin/link", of: id, limit: 1_000) == note)
            let wait = try await engine.client.openWait(id, condition: .nextExit)
            try await engine.client.startContainer(id)
            _ = try await wait.exit()
            #expect(try await printed(engine, id, LogOptions()).map(\.bytes) == [note])
            for path in ["/bin/nothing", "/bin"] {
                let error = await #expect(throws: DockerError.self) {
                    try await engine.client.readFile(path, of: id, limit: 1 << 24)
                }
                guard case .notFound(.file, _) = error else {
                    Issue.record("\(String(describing: error))")
                    continue
                }
            }
        }
    }

    @Test func joinsNetworks() async throws {
        try await LiveEngine.with { engine in
            let network = try await engine.client.createNetwork(
                engine.label, isInternal: true, labels: [LiveEngine.labelName: engine.label])
            do {
                let id = try await engine.create("sleep 600")
                try await engine.client.connect(
                    container: id, toNetwork: engine.label, settings: EndpointSettings(aliases: ["run"]))
                try await engine.client.startContainer(id)
                let joined = try await engine.client.inspectContainer(id).networkSettings.networks[engine.label]
                #expect(joined?.networkID == network)
                #expect(joined?.ipAddress?.isEmpty == false)
                #expect(try await engine.client.inspectNetwork(engine.label).containers == [id])
                let listed = try await engine.client.listNetworks(filters: ["name": [engine.label]])
                #expect(listed.map(\.id) == [network])
                try await engine.client.removeContainer(id, force: true)
            } catch {
                Issue.record(error)
            }
            try await engine.client.removeNetwork(network)
            let error = await #expect(throws: DockerError.self) { try await engine.client.inspectNetwork(network) }
            guard case .notFound(.network, _) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
    }

    @Test func tellsWhyAnImageCannotBePulled() async throws {
        try await LiveEngine.with { engine in
            let reference = "127.0.0.1:1/orch-test/missing:1"
            let error = await #expect(throws: DockerError.self) {
                for try await _ in try await engine.client.pullImage(reference) {}
            }
            guard case .pull(.network, reference, _) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
    }

    @Test func hearsOfWhatHappens() async throws {
        try await LiveEngine.with { engine in
            // From the beginning of time: the daemon answers before it listens for us, and the label is new.
            let events = try await engine.client.events(
                filters: ["type": ["container"], "label": ["\(LiveEngine.labelName)=\(engine.label)"]],
                since: EngineTime(seconds: 1))
            let id = try await engine.create("exit 5")
            try await engine.client.startContainer(id)
            var actions: [String] = []
            for try await event in events {
                #expect(event.id == id)
                actions.append(event.action)
                guard event.action == "die" else { continue }
                #expect(event.attributes["exitCode"] == "5")
                break
            }
            #expect(actions == ["create", "start", "die"])
        }
    }
}

/// An image of one static busybox, and containers that are gone after the test.
struct LiveEngine: Sendable {
    static let labelName = "orch-test"
    private static let busybox = "/bin/busybox"

    let client: DockerClient
    let image: String
    /// A name of this test alone.
    let label: String

    static var hasBusybox: Bool { FileManager.default.isExecutableFile(atPath: busybox) }

    static func answers() async -> Bool {
        do {
            _ = try await DockerClient(host: try DockerHost.fromEnvironment()).ping()
            return true
        } catch {
            return false
        }
    }

    static func with(_ body: (LiveEngine) async throws -> Void) async throws {
        let client = DockerClient(host: try DockerHost.fromEnvironment())
        let label = "orch-test-\(UUID().uuidString.lowercased().prefix(13))"
        let engine = LiveEngine(client: client, image: "orch-test/busybox:\(label)", label: label)
        let program = Array(try Data(contentsOf: URL(fileURLWithPath: busybox)))
        let names = ["sh", "cat", "echo", "head", "printf", "sleep", "tail", "tr", "true"]
        let archive = TarArchive(
            [
                TarArchive.Entry(path: "bin", kind: .directory, mode: 0o755),
                TarArchive.Entry(path: "bin/busybox", bytes: program, mode: 0o755),
            ] + names.map { TarArchive.Entry(path: "bin/\($0)", kind: .symlink("busybox"), mode: 0o777) })
        _ = try await client.importImage(tar: try archive.encoded(), as: engine.image)
        let outcome: Result<Void, any Error>
        do {
            outcome = .success(try await body(engine))
        } catch {
            outcome = .failure(error)
        }
        for container in try await client.listContainers(labels: ["\(labelName)=\(label)"]) {
            try await client.removeContainer(container.id, force: true)
        }
        try await client.removeImage(engine.image, force: true)
        try outcome.get()
    }

    @discardableResult
    func create(
        _ script: String, name: String? = nil, _ change: (inout ContainerCreate) -> Void = { _ in }
    ) async throws -> String {
        try await create(command: ["/bin/sh", "-c", script], name: name, change)
    }

    @discardableResult
    func create(
        command: [String], name: String? = nil, _ change: (inout ContainerCreate) -> Void = { _ in }
    ) async throws -> String {
        var body = ContainerCreate(image: image)
        body.cmd = command
        body.labels = [Self.labelName: label]
        body.hostConfig.initProcess = true
        body.hostConfig.autoRemove = false
        change(&body)
        return try await client.createContainer(body, name: name).id
    }
}
