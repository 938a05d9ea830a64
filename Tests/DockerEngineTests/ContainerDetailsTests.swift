import DockerEngine
import Testing

struct ContainerDetailsTests {
    private static func answer(state: String) -> StubDaemon.Answer {
        .json(
            #"""
            {"Id":"abc","Name":"/orch-1","Image":"sha256:1","Created":"2026-01-02T03:04:05.6Z",
             "State":\#(state),"Config":{"Image":"taxi","Labels":null,"Env":["TOKEN=hunter2","PLAIN"],"Cmd":null,"Tty":false},
             "HostConfig":{"Memory":1024,"NetworkMode":"orch","Binds":null,"LogConfig":{"Type":"json-file","Config":null},
             "Privileged":false},
             "NetworkSettings":{"Networks":{"orch":{"IPAddress":"172.18.0.2","NetworkID":"n","Aliases":null}}}}
            """#)
    }

    @Test func readsAContainerThatNeverRan() async throws {
        let daemon = try StubDaemon { _ in
            Self.answer(
                state: #"""
                    {"Status":"created","Running":false,"ExitCode":127,"OOMKilled":false,"Error":"no such file","Pid":0,
                     "StartedAt":"0001-01-01T00:00:00Z","FinishedAt":"0001-01-01T00:00:00Z"}
                    """#)
        }
        defer { daemon.stop() }
        let details = try await daemon.client.inspectContainer("orch-1")
        #expect(details.plainName == "orch-1")
        #expect(details.state.started == nil)
        #expect(details.state.finished == nil)
        #expect(details.state.exitCode == 127)
        #expect(details.state.error == "no such file")
        #expect(details.hostConfig.memory == 1_024)
        #expect(details.networkSettings.networks["orch"]?.ipAddress == "172.18.0.2")
        #expect(details.config.labels == [:])
        #expect(details.config.env == ["TOKEN=hunter2", "PLAIN"])
    }

    @Test func readsAContainerThatRan() async throws {
        let daemon = try StubDaemon { _ in
            Self.answer(
                state: #"""
                    {"Status":"exited","Running":false,"ExitCode":137,"OOMKilled":true,"Error":"","Pid":0,
                     "StartedAt":"2026-01-02T03:04:05.6Z","FinishedAt":"2026-01-02T03:04:06.000000001Z"}
                    """#)
        }
        defer { daemon.stop() }
        let state = try await daemon.client.inspectContainer("orch-1").state
        #expect(state.oomKilled)
        let started = try #require(state.started)
        let finished = try #require(state.finished)
        #expect(started < finished)
        #expect(started.nanoseconds == 600_000_000)
    }

    @Test func showsNoValueOfAVariable() async throws {
        let daemon = try StubDaemon { _ in
            Self.answer(
                state: #"""
                    {"Status":"running","Running":true,"ExitCode":0,"OOMKilled":false,"Error":"","Pid":1,
                     "StartedAt":"2026-01-02T03:04:05Z","FinishedAt":"0001-01-01T00:00:00Z"}
                    """#)
        }
        defer { daemon.stop() }
        let details = try await daemon.client.inspectContainer("orch-1")
        var body = ContainerCreate(image: "taxi")
        body.env = ["TOKEN=hunter2"]
        let credentials = RegistryCredentials(username: "me", password: "hunter2", serverAddress: "r")
        var texts = ["\(details)", "\(body)", "\(credentials)"]
        for value: Any in [details, body, credentials] {
            texts.append(String(reflecting: value))
            var dumped = ""
            dump(value, to: &dumped)
            texts.append(dumped)
        }
        for text in texts { #expect(!text.contains("hunter2")) }
        #expect(texts[1].contains("TOKEN"))
    }
}
