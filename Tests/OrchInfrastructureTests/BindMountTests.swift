import Testing

@testable import OrchInfrastructure

struct BindMountTests {
    @Test(arguments: [
        ("/data/lake:/lake", "/data/lake:/lake"),
        ("/data/./lake//:/lake:ro", "/data/lake:/lake:ro"),
        ("/data/x/../lake:/lake:rw", "/data/lake:/lake"),
        ("cache:/root/.cache", "cache:/root/.cache"),
    ])
    func reads(_ text: String, _ expected: String) throws {
        #expect(try BindMount(text, under: ["/"]).description == expected)
    }

    @Test(arguments: [
        "/", "//", "/.", "/data/..", "/var", "/run", "/var/run", "/var/run/docker.sock", "/run/docker.sock",
        "/srv/docker.sock", "/proc", "/proc/1", "/sys/fs", "/dev", "/dev/sda", "/etc/docker", "/var/lib/docker/volumes",
        "/etc/../run",
    ])
    func refusesWhatHandsTheHostOver(_ source: String) {
        let error = #expect(throws: InfrastructureError.self) { try BindMount("\(source):/target", under: ["/"]) }
        guard case .forbiddenMount = error else {
            Issue.record("expected forbiddenMount, got \(String(describing: error))")
            return
        }
    }

    @Test(arguments: ["", "/data", "/data:relative", "./data:/x", "/a:/b:exec", "/a:/b:ro:z", ":/x", "a b:/x"])
    func refusesOtherForms(_ text: String) {
        let error = #expect(throws: InfrastructureError.self) { try BindMount(text, under: ["/"]) }
        guard case .invalidField("volumes", _, _) = error else {
            Issue.record("expected invalidField, got \(String(describing: error))")
            return
        }
    }

    @Test(arguments: ["/data", "/data/../data/taxi", "/srv/x"]) func takesHostPathsBelowAllowedRoots(path: String)
        throws
    {
        #expect(throws: Never.self) { try BindMount("\(path):/target", under: ["/srv/", "/data"]) }
    }

    @Test(arguments: ["/home/me", "/database", "/data/../home", "/srv2"])
    func refusesOtherHostPaths(path: String) throws {
        #expect(throws: InfrastructureError.self) { try BindMount("\(path):/target", under: ["/srv/", "/data"]) }
        #expect(throws: InfrastructureError.self) { try BindMount("\(path):/target", under: []) }
        #expect(try BindMount("month:/target", under: []).source == "month")
    }
}
