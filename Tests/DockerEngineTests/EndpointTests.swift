import DockerEngine
import Foundation
import Testing

/// Method, path, query and body of each endpoint.
struct EndpointTests {
    private struct Expected: Equatable {
        var method: String
        var path: String
        var query: [String: String] = [:]
    }

    /// Runs a call against a daemon that gives one answer; returns what the daemon was asked and what came of it.
    private func request<Result>(
        answer: StubDaemon.Answer = .json("{}"), _ call: (DockerClient) async throws -> Result
    ) async throws -> (seen: StubDaemon.Request, result: Result) {
        let daemon = try StubDaemon { _ in answer }
        defer { daemon.stop() }
        let result = try await call(daemon.client)
        #expect(daemon.requests.count == 1)
        return (try #require(daemon.requests.first), result)
    }

    private func expect(
        _ request: StubDaemon.Request, _ method: String, _ path: String, _ query: [String: String] = [:],
        at location: SourceLocation = #_sourceLocation
    ) {
        let seen = Expected(method: request.method, path: request.path, query: request.query)
        #expect(seen == Expected(method: method, path: "/v1.41\(path)", query: query), sourceLocation: location)
    }

    @Test func createsAContainer() async throws {
        var body = ContainerCreate(image: "taxi:latest")
        body.cmd = ["run", "etl"]
        body.env = ["A=b"]
        body.labels = ["orch.flow": "etl"]
        body.stopTimeout = 30
        body.hostConfig.initProcess = true
        body.hostConfig.autoRemove = false
        body.hostConfig.capDrop = ["ALL"]
        body.hostConfig.securityOpt = ["no-new-privileges:true"]
        body.hostConfig.pidsLimit = 512
        body.hostConfig.memory = 1 << 30
        body.hostConfig.nanoCpus = 1_500_000_000
        body.hostConfig.tmpfs = ["/tmp": "size=64m"]
        body.hostConfig.logConfig = LogConfig(config: ["max-size": "1g"])
        body.hostConfig.ulimits = [Ulimit(name: "nofile", soft: 1, hard: 2)]
        body.networkingConfig = NetworkingConfig(endpointsConfig: ["orch": EndpointSettings(aliases: ["run"])])
        let answer = StubDaemon.Answer.json(#"{"Id":"abc","Warnings":["no swap"]}"#, status: 201)

        let (seen, created) = try await request(answer: answer) { [body] client in
            try await client.createContainer(body, name: "orch-1", platform: "linux/arm64")
        }
        #expect(created.id == "abc")
        #expect(created.warnings == ["no swap"])

        expect(seen, "POST", "/containers/create", ["name": "orch-1", "platform": "linux/arm64"])
        #expect(seen.headers["content-type"] == "application/json")
        #expect(
            seen.json == """
                {"Cmd":["run","etl"],"Env":["A=b"],"HostConfig":{"AutoRemove":false,"CapDrop":["ALL"],"Init":true,\
                "LogConfig":{"Config":{"max-size":"1g"},"Type":"json-file"},"Memory":1073741824,"NanoCpus":1500000000,\
                "PidsLimit":512,"SecurityOpt":["no-new-privileges:true"],"Tmpfs":{"/tmp":"size=64m"},\
                "Ulimits":[{"Hard":2,"Name":"nofile","Soft":1}]},"Image":"taxi:latest","Labels":{"orch.flow":"etl"},\
                "NetworkingConfig":{"EndpointsConfig":{"orch":{"Aliases":["run"]}}},"OpenStdin":false,"StopTimeout":30,\
                "Tty":false}
                """)
    }

    @Test(arguments: [(status: 204, started: true), (status: 304, started: false)])
    func startsAndStops(status: Int, started: Bool) async throws {
        let answer = StubDaemon.Answer(status: status)
        let start = try await request(answer: answer) { try await $0.startContainer("a b") }
        #expect(start.result == started)
        expect(start.seen, "POST", "/containers/a%20b/start")
        let stop = try await request(answer: answer) { try await $0.stopContainer("x", timeout: .milliseconds(1_500)) }
        #expect(stop.result == started)
        expect(stop.seen, "POST", "/containers/x/stop", ["t": "2"])
    }

    @Test func pausesAndResumes() async throws {
        let pause = try await request(answer: .init(status: 204)) { try await $0.pauseContainer("x") }
        expect(pause.seen, "POST", "/containers/x/pause")
        let unpause = try await request(answer: .init(status: 204)) { try await $0.unpauseContainer("x") }
        expect(unpause.seen, "POST", "/containers/x/unpause")
    }

    @Test func killsAndRemoves() async throws {
        let kill = try await request(answer: .init(status: 204)) { try await $0.killContainer("x", signal: "SIGTERM") }
        expect(kill.seen, "POST", "/containers/x/kill", ["signal": "SIGTERM"])
        let remove = try await request(answer: .init(status: 204)) {
            try await $0.removeContainer("x", force: true, volumes: true)
        }
        expect(remove.seen, "DELETE", "/containers/x", ["force": "1", "v": "1"])
        let plain = try await request(answer: .init(status: 204)) { try await $0.removeContainer("x") }
        expect(plain.seen, "DELETE", "/containers/x")
    }

    @Test func listsByLabel() async throws {
        let answer = StubDaemon.Answer.json(
            #"""
            [{"Id":"a","Names":["/orch-1"],"Image":"i","ImageID":"sha256:1","Labels":null,"State":"exited",
              "Status":"Exited (0)","Created":1700000000,"Ports":[]}]
            """#)
        let (seen, containers) = try await request(answer: answer) { client in
            try await client.listContainers(labels: ["orch.instance=i", "orch.flow"])
        }
        #expect(containers.map(\.names) == [["orch-1"]])
        #expect(containers.first?.labels == [:])
        #expect(containers.first?.created == EngineTime(seconds: 1_700_000_000))
        expect(
            seen, "GET", "/containers/json", ["all": "1", "filters": #"{"label":["orch.instance=i","orch.flow"]}"#])
    }

    @Test func listsWithSizesWhereTheyAreAskedFor() async throws {
        let answer = StubDaemon.Answer.json(
            #"""
            [{"Id":"a","Names":[],"Image":"i","ImageID":"sha256:1","State":"exited","Status":"","Created":1,"SizeRw":12},
             {"Id":"b","Names":[],"Image":"i","ImageID":"sha256:1","State":"exited","Status":"","Created":1}]
            """#)
        let (seen, containers) = try await request(answer: answer) { try await $0.listContainers(sizes: true) }
        #expect(containers.map(\.bytesWritten) == [12, nil])
        expect(seen, "GET", "/containers/json", ["all": "1", "size": "1"])
    }

    @Test func opensAWaitBeforeItEnds() async throws {
        let gate = DispatchSemaphore(value: 0)
        var answer = StubDaemon.Answer(chunks: [[], Array(#"{"StatusCode":137,"Error":null}"#.utf8)])
        answer.gate = gate
        let daemon = try StubDaemon { [answer] _ in answer }
        defer { daemon.stop() }
        let wait = try await daemon.client.openWait("x", condition: .nextExit)
        // The answer is out, the exit is not: only now may it come.
        gate.signal()
        #expect(try await wait.exit() == ContainerExit(statusCode: 137, error: nil))
        expect(try #require(daemon.requests.first), "POST", "/containers/x/wait", ["condition": "next-exit"])
    }

    @Test func asksForLogs() async throws {
        var options = LogOptions()
        options.follow = true
        options.stderr = false
        options.since = EngineTime(seconds: 12, nanoseconds: 34)
        options.tail = 5
        let (seen, _) = try await request(answer: .bytes([])) { [options] client in
            for try await _ in try await client.containerLogs("x", options: options) { Issue.record("no line") }
        }
        expect(
            seen, "GET", "/containers/x/logs",
            ["follow": "1", "stdout": "1", "stderr": "0", "since": "12.000000034", "tail": "5", "timestamps": "1"])
    }

    @Test func putsAndGetsArchives() async throws {
        let archive = TarArchive([TarArchive.Entry(path: "f", bytes: [1, 2, 3])])
        let put = try await request(answer: .init(status: 200)) {
            try await $0.putArchive(archive, into: "/run/x y", of: "c")
        }
        expect(put.seen, "PUT", "/containers/c/archive", ["path": "/run/x y"])
        #expect(put.seen.headers["content-type"] == "application/x-tar")
        #expect(put.seen.body == (try archive.encoded()))
        let get = try await request(answer: .bytes(try archive.encoded())) { client in
            try await client.readFile("/run/f", of: "c", limit: 10)
        }
        #expect(get.result == [1, 2, 3])
        expect(get.seen, "GET", "/containers/c/archive", ["path": "/run/f"])
    }

    @Test func inspectsAndListsImages() async throws {
        let details = StubDaemon.Answer.json(
            #"""
            {"Id":"sha256:1","RepoTags":["t:1"],"RepoDigests":null,"Os":"linux","Architecture":"arm64","Variant":"v8",
             "Size":5,"Config":{"Labels":{"a":"b"},"Entrypoint":null,"Cmd":["x"]}}
            """#)
        let (inspect, image) = try await request(answer: details) { client in
            try await client.inspectImage("reg:5000/team/taxi:1")
        }
        #expect(image.platform == "linux/arm64/v8")
        #expect(image.labels == ["a": "b"])
        #expect(image.cmd == ["x"])
        #expect(image.entrypoint.isEmpty)
        expect(inspect, "GET", "/images/reg:5000/team/taxi:1/json")
        let (list, images) = try await request(
            answer: .json(#"[{"Id":"sha256:1","RepoTags":["<none>:<none>"],"Labels":null,"Created":1,"Size":2}]"#)
        ) { client in
            try await client.listImages(filters: ["reference": ["taxi"]])
        }
        #expect(images.map(\.repoTags) == [[]])
        expect(list, "GET", "/images/json", ["filters": #"{"reference":["taxi"]}"#])
    }

    @Test func handlesNetworks() async throws {
        let network = #"""
            {"Id":"n","Name":"orch","Driver":"bridge","Scope":"local","Internal":true,"Labels":{},"Containers":{"c":{}}}
            """#
        let (inspect, details) = try await request(answer: .json(network)) { try await $0.inspectNetwork("orch") }
        #expect(details.isInternal)
        #expect(details.containers == ["c"])
        expect(inspect, "GET", "/networks/orch")
        let (list, networks) = try await request(answer: .json("[\(network)]")) { try await $0.listNetworks() }
        #expect(networks == [details])
        expect(list, "GET", "/networks")
        let (create, id) = try await request(answer: .json(#"{"Id":"n"}"#, status: 201)) { client in
            try await client.createNetwork("orch", labels: ["a": "b"])
        }
        #expect(id == "n")
        expect(create, "POST", "/networks/create")
        #expect(
            create.json
                == #"{"CheckDuplicate":true,"Driver":"bridge","Internal":false,"Labels":{"a":"b"},"Name":"orch"}"#)
        let connect = try await request {
            try await $0.connect(container: "c", toNetwork: "orch", settings: EndpointSettings(aliases: ["db"]))
        }
        expect(connect.seen, "POST", "/networks/orch/connect")
        #expect(connect.seen.json == #"{"Container":"c","EndpointConfig":{"Aliases":["db"]}}"#)
        let remove = try await request(answer: .init(status: 204)) { try await $0.removeNetwork("orch") }
        expect(remove.seen, "DELETE", "/networks/orch")
    }

    @Test func followsEvents() async throws {
        let events = [
            #"{"Type":"container","Action":"die","Actor":{"ID":"c","Attributes":{"exitCode":"0"}},"#
                + #""timeNano":1700000000000000005}"#,
            #"{"Type":"network","Action":"create","Actor":{"ID":"n"},"timeNano":1}"#,
        ].joined(separator: "\n")
        let (seen, _) = try await request(answer: .bytes(Array(events.utf8))) { client in
            var iterator = try await client.events(
                filters: ["type": ["container"]], since: EngineTime(seconds: 1)
            ).makeAsyncIterator()
            let first = try #require(try await iterator.next())
            #expect(first.action == "die")
            #expect(first.id == "c")
            #expect(first.attributes == ["exitCode": "0"])
            #expect(first.time == EngineTime(seconds: 1_700_000_000, nanoseconds: 5))
            #expect(try await iterator.next()?.type == "network")
            #expect(try await iterator.next() == nil)
        }
        expect(seen, "GET", "/events", ["since": "1.000000000", "filters": #"{"type":["container"]}"#])
    }

    @Test(arguments: ["", ".", "..", "a/../b", "a//b", "/a"])
    func refusesNamesThatLeadElsewhere(name: String) async throws {
        let daemon = try StubDaemon { _ in .json("{}") }
        defer { daemon.stop() }
        let error = await #expect(throws: DockerError.self) { try await daemon.client.inspectContainer(name) }
        guard case .invalidName(name) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(daemon.requests.isEmpty)
    }
}
