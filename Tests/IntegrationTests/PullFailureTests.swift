import CurlTransport
import DockerEngine
import Foundation
import OrchInfrastructure
import OrchModel
import Synchronization
import TestSupport
import Testing

/// T4: what stands in a run whose image a real registry does not give, and a run whose image it gives to its user alone.
@Suite(
    "T4: pulling from a registry",
    .enabled("needs a Docker engine and the program of busybox-static") { await LiveAgentBench.isPossible() },
    .enabled(if: TestRegistry.isAvailable, "needs docker-registry and htpasswd (apache2-utils)"),
    .timeLimit(.minutes(15)), .serialized)
struct PullFailureTests {
    /// A registry, and an agent on the engine of this machine or on that of `client`.
    private func withRegistry(
        client: DockerClient? = nil, _ body: (TestRegistry, LiveAgentBench) async throws -> Void
    ) async throws {
        let registry = try await TestRegistry.started()
        do {
            try await LiveAgentBench.with(client: client) { bench in try await body(registry, bench) }
        } catch {
            try registry.stop()
            throw error
        }
        try registry.stop()
    }

    private func login(
        _ registry: TestRegistry, password: String = TestRegistry.password, at address: String? = nil
    ) -> RegistryLogin {
        RegistryLogin(registry: address ?? registry.address, username: TestRegistry.username, password: password)
    }

    /// How a run of an image of the registry ends, and what was remarked on the way.
    private func end(
        of image: String, _ login: RegistryLogin?, on bench: LiveAgentBench
    ) async throws -> (state: RunState, remarks: [String]) {
        let attempt = try await bench.run(
            bench.claimed("true") {
                $0.image = image
                $0.registryLogin = login
            })
        for record in attempt.records { #expect(!record.message.contains(TestRegistry.password)) }
        let state = try #require(attempt.end)
        #expect(!state.message.contains(TestRegistry.password))
        return (state, attempt.records.filter { $0.source == .orch }.map(\.message))
    }

    /// Expects a run that never started for want of its image.
    private func expect(_ state: RunState, _ image: String, says parts: String...) {
        #expect(state.type == .crashed)
        #expect(state.message.hasPrefix("the container never started: the image \(image) is not on this host and "))
        for part in parts { #expect(state.message.contains(part), "\(state.message)") }
    }

    /// A file of so many bytes, which nothing packs.
    private func layer(bytes: Int) throws -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        let content = (0..<bytes).map { _ in UInt8.random(in: 0...255, using: &generator) }
        return try TarArchive([TarArchive.Entry(path: "file", bytes: content)]).encoded()
    }

    @Test func aTagThatIsNotThereIsNotFound() async throws {
        try await withRegistry { registry, bench in
            _ = try await registry.push(.init(repository: "good", layer: try layer(bytes: 10)))
            let image = "\(registry.address)/good:2"
            let end = try await end(of: image, login(registry), on: bench)
            expect(
                end.state, image, says: "no registry has it (manifest for \(image) not found",
                "docker build -t \(image)", "correct the name")
            #expect(end.remarks.first == "pulling \(image) as me at \(registry.address)")
        }
    }

    @Test func withoutCredentialsTheFieldThatTakesThemIsNamed() async throws {
        try await withRegistry { registry, bench in
            _ = try await registry.push(.init(repository: "good", layer: try layer(bytes: 10)))
            let image = "\(registry.address)/good:1"
            let end = try await end(of: image, nil, on: bench)
            expect(
                end.state, image, says: "its registry gives it to nobody or to others only",
                "no basic auth credentials", "docker-container.registry_credentials")
        }
    }

    @Test func credentialsOfAnotherRegistryAreNotSent() async throws {
        try await withRegistry { registry, bench in
            _ = try await registry.push(.init(repository: "good", layer: try layer(bytes: 10)))
            let image = "\(registry.address)/good:1"
            let end = try await end(of: image, login(registry, at: "registry.example.org"), on: bench)
            expect(end.state, image, says: "no basic auth credentials")
            #expect(
                end.remarks.first
                    == "pulling \(image); not as me at registry.example.org, for it comes from \(registry.address)")
        }
    }

    @Test func wrongCredentialsAreNamedWithoutThePassword() async throws {
        try await withRegistry { registry, bench in
            _ = try await registry.push(.init(repository: "good", layer: try layer(bytes: 10)))
            let image = "\(registry.address)/good:1"
            let end = try await end(of: image, login(registry, password: "wrong-canary"), on: bench)
            expect(
                end.state, image, says: "its registry does not give it to me at \(registry.address)", "unauthorized",
                "docker-registry-credentials block")
            #expect(!end.state.message.contains("wrong-canary"))
        }
    }

    @Test func anImageForOtherPlatformsIsToldSo() async throws {
        try await withRegistry { registry, bench in
            _ = try await registry.push(
                .init(repository: "other", architecture: "s390x", isList: true, layer: try layer(bytes: 10)))
            let image = "\(registry.address)/other:1"
            let end = try await end(of: image, login(registry), on: bench)
            expect(
                end.state, image, says: "for other platforms only", "no matching manifest for linux/",
                "docker-container.platform")
        }
    }

    /// 20.10 pulls it without a word where the tag names one image and no list.
    @Test func aSingleImageForAnotherPlatformIsToldSoWhenItIsStarted() async throws {
        try await withRegistry { registry, bench in
            // The kernel looks at the machine's number in the ELF head: 183 is AArch64, 62 x86-64.
            var program = [UInt8](try Data(contentsOf: URL(filePath: "/bin/busybox")).prefix(4096))
            program[18] = program[18] == 183 ? 62 : 183
            let files = [
                TarArchive.Entry(path: "bin", kind: .directory, mode: 0o755),
                TarArchive.Entry(path: "bin/sh", bytes: program, mode: 0o755),
            ]
            _ = try await registry.push(
                .init(repository: "other", architecture: "arm64", layer: try TarArchive(files).encoded()))
            let image = "\(registry.address)/other:1"
            let end = try await end(of: image, login(registry), on: bench)
            #expect(end.state.type == .crashed)
            #expect(
                end.state.message
                    == "the container never started: exec: \"sh\": Exec format error; "
                    + "is the image for another platform than this host's?")
            try await bench.client.removeImage(image, force: true)
        }
    }

    @Test func aRegistryThatStopsSendingIsGivenUp() async throws {
        try await withRegistry { registry, bench in
            let digest = try await registry.push(.init(repository: "slow", layer: try layer(bytes: 300_000)))
            let proxy = try FaultServer { request in stalling(request, at: digest, before: registry) }
            defer { proxy.stop() }
            var bench = bench
            bench.pullIdle = .seconds(2)
            let image = "127.0.0.1:\(proxy.port)/slow:1"
            let end = try await end(of: image, login(registry, at: "127.0.0.1:\(proxy.port)"), on: bench)
            expect(
                end.state, image, says: "its registry stopped sending it (no progress for 2 s)",
                "the network between this host and 127.0.0.1:\(proxy.port)")
        }
    }

    @Test func aPullThatTakesLongerThanItMayIsGivenUp() async throws {
        try await withRegistry { registry, bench in
            let digest = try await registry.push(.init(repository: "endless", layer: try layer(bytes: 300_000)))
            let proxy = try FaultServer { request in stalling(request, at: digest, before: registry) }
            defer { proxy.stop() }
            let image = "127.0.0.1:\(proxy.port)/endless:1"
            let attempt = try await bench.run(
                bench.claimed("true") {
                    $0.image = image
                    $0.registryLogin = login(registry, at: "127.0.0.1:\(proxy.port)")
                    // Longer without progress than it may take at all.
                    $0.container.pullIdleTimeoutSeconds = 600
                    $0.container.pullTimeoutSeconds = 2
                })
            expect(
                try #require(attempt.end), image, says: "it took too long to pull (it was given up after 2 s)",
                "raise docker-container.pull_timeout_seconds")
        }
    }

    @Test(.enabled(if: SecondDaemon.isPossible, "needs root, dockerd, containerd and ip, for a daemon of its own"))
    func aPullGoesOnWhenItsDaemonWasKilled() async throws {
        let daemon = try await SecondDaemon(keepsContainers: false)
        do {
            try await withRegistry(client: daemon.client()) { registry, bench in
                let digest = try await registry.push(.init(repository: "good", layer: try bench.fileSystem()))
                let asked = AsyncStream.makeStream(of: Void.self)
                let isKilled = Mutex(false)
                let proxy = try FaultServer { request in
                    guard request.target.hasSuffix(digest), !isKilled.withLock(\.self) else {
                        return passing(request, to: registry)
                    }
                    asked.continuation.yield()
                    return stalling(request, at: digest, before: registry)
                }
                defer { proxy.stop() }
                let claimed = bench.claimed("echo here") {
                    $0.image = "127.0.0.1:\(proxy.port)/good:1"
                    $0.registryLogin = login(registry, at: "127.0.0.1:\(proxy.port)")
                    $0.container.networkMode = "none"
                }
                bench.controller.queue(claimed)
                try await bench.withAgent {
                    for await _ in asked.stream { break }
                    daemon.end(SIGKILL)
                    isKilled.withLock { $0 = true }
                    try await daemon.start()
                    try await bench.controller.until(claimed) { $0.end != nil }
                }
                let attempt = bench.controller.attempt(claimed)
                #expect(attempt.end?.message == "exit 0")
                #expect(attempt.lines == ["here"])
            }
        } catch {
            try daemon.tearDown()
            throw error
        }
        try daemon.tearDown()
    }

    /// What a proxy answers that passes on everything but half of one blob.
    private func stalling(
        _ request: FaultServer.Request, at digest: String, before registry: TestRegistry
    ) -> [FaultServer.Act] {
        let acts = passing(request, to: registry)
        guard request.method == "GET", request.target.hasSuffix(digest), case .send(let answer) = acts.first else {
            return acts
        }
        return [.send(Array(answer.prefix(answer.count / 2))), .hold]
    }

    /// What a proxy answers that passes on everything.
    private func passing(_ request: FaultServer.Request, to registry: TestRegistry) -> [FaultServer.Act] {
        let headers = ["authorization", "accept"].flatMap { name in
            request.headers[name].map { ["-H", "\(name): \($0)"] } ?? []
        }
        let command =
            ["curl", "-s", "-i", "--http1.1", "--noproxy", "*"] + (request.method == "HEAD" ? ["-I"] : []) + headers
            + ["http://\(registry.address)\(request.target)"]
        guard let answer = try? ChildProgram.run(command).output else { return [.reset] }
        return [.send(Array(answer))]
    }

    @Test(arguments: [false, true])
    func aDamagedCopyIsToldFromInsideTheStreamOf200(isLost: Bool) async throws {
        try await withRegistry { registry, bench in
            let digest = try await registry.push(.init(repository: "bad", layer: try layer(bytes: 300_000)))
            if isLost { try registry.lose(digest) } else { try registry.damage(digest) }
            let image = "\(registry.address)/bad:1"
            let end = try await end(of: image, login(registry), on: bench)
            expect(
                end.state, image, says: "its registry keeps a damaged copy",
                isLost ? "unknown blob" : "verification failed", "docker push \(image)")
        }
    }

    @Test(.enabled(if: SecondDaemon.isPossible, "needs root, dockerd, containerd and ip, for a daemon of its own"))
    func aFullDiskIsToldSo() async throws {
        let daemon = try await SecondDaemon(keepsContainers: false, diskBytes: 12 << 20)
        do {
            try await withRegistry(client: daemon.client()) { registry, bench in
                let zeros = [TarArchive.Entry(path: "file", bytes: [UInt8](repeating: 0, count: 16 << 20))]
                _ = try await registry.push(.init(repository: "large", layer: try TarArchive(zeros).encoded()))
                let image = "\(registry.address)/large:1"
                let end = try await end(of: image, login(registry), on: bench)
                expect(end.state, image, says: "disk is full", "no space left on device", "docker system df")
            }
        } catch {
            try daemon.tearDown()
            throw error
        }
        try daemon.tearDown()
    }

    @Test func theUserGetsTheImageAndThePasswordStaysWithTheAgent() async throws {
        try await withRegistry { registry, bench in
            _ = try await registry.push(.init(repository: "good", layer: try bench.fileSystem()))
            let image = "\(registry.address)/good:1"
            let claimed = bench.claimed("echo here") {
                $0.image = image
                $0.registryLogin = login(registry)
                $0.container.autoRemove = .never
            }
            let attempt = try await bench.run(claimed)
            #expect(attempt.end?.message == "exit 0")
            #expect(attempt.lines == ["here"])
            let shown = try ChildProgram.run(["docker", "inspect", claimed.containerName])
            #expect(shown.code == 0)
            let words = String(decoding: shown.output, as: UTF8.self) + attempt.records.map(\.message).joined()
            #expect(!words.contains(TestRegistry.password))
            try await bench.client.removeContainer(claimed.containerName, force: true)
            try await bench.client.removeImage(image, force: true)
        }
    }
}
