import OrchModel
import Synchronization
import Testing

@testable import OrchInfrastructure

/// How far a pull has come, and pulls that several runs wait for.
struct PullTests {
    @Test("layers and bytes are counted, whatever order the steps come in")
    func tally() {
        var tally = PullTally()
        tally.take(PullStep(status: "Pulling from library/taxi", layer: "latest"))
        #expect(tally.text == nil)
        for layer in ["a", "b", "c"] { tally.take(PullStep(status: "Pulling fs layer", layer: layer)) }
        #expect(tally.text == "0 of 3 layers")
        tally.take(PullStep(status: "Already exists", layer: "a"))
        tally.take(PullStep(status: "Downloading", layer: "b", current: 1 << 20, total: 4 << 20))
        #expect(tally.text == "1 of 3 layers, 1 MiB of 4 MiB known so far")
        tally.take(PullStep(status: "Download complete", layer: "b"))
        tally.take(PullStep(status: "Pull complete", layer: "b"))
        #expect(tally.text == "2 of 3 layers, 4 MiB of 4 MiB known so far")
    }

    /// What a pull of the test's own does, and what became of it.
    private final class Scene: Sendable {
        struct State {
            var pulls = 0
            var steps = 0
            var isOpen = false
            var wasCancelled = false
        }

        let pulls = SharedPulls()
        let gate = Gate()
        let state = Mutex(State())
        let key = SharedPulls.Key(image: "taxi:latest")

        /// Waits for the pull, which is done once it is let go.
        func pull() async throws {
            try await pulls.pull(
                key, progress: { _ in self.state.withLock { $0.steps += 1 } },
                { tell in
                    self.state.withLock { $0.pulls += 1 }
                    do { try await self.gate.wait { self.state.withLock { !$0.isOpen } } } catch {
                        self.state.withLock { $0.wasCancelled = true }
                        return .failure(.cancelled)
                    }
                    tell(PullStep(status: "Downloading", layer: "a"))
                    return .success(())
                })
        }

        func letGo() {
            state.withLock { $0.isOpen = true }
            gate.open()
        }
    }

    @Test("runs that want one image wait for one pull, and all hear of it")
    func sharing() async throws {
        let scene = Scene()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<3 { group.addTask { try await scene.pull() } }
            while scene.pulls.waiting(for: scene.key) < 3 { await Task.yield() }
            scene.letGo()
            try await group.waitForAll()
        }
        #expect(scene.state.withLock { $0.pulls } == 1)
        #expect(scene.state.withLock { $0.steps } == 3)
        try await scene.pull()
        #expect(scene.state.withLock { $0.pulls } == 2)
    }

    @Test("a pull goes on for those who stay, and ends where nobody does")
    func leaving() async throws {
        let scene = Scene()
        let (first, second) = (Task { try await scene.pull() }, Task { try await scene.pull() })
        while scene.pulls.waiting(for: scene.key) < 2 { await Task.yield() }
        first.cancel()
        _ = await first.result
        #expect(scene.pulls.waiting(for: scene.key) == 1)
        #expect(!scene.state.withLock { $0.wasCancelled })
        second.cancel()
        _ = await second.result
        while !scene.state.withLock({ $0.wasCancelled }) { await Task.yield() }
        #expect(scene.pulls.waiting(for: scene.key) == 0)
    }

    @Test(
        "GPUs are said as docker run takes them",
        arguments: [
            ("all", GPURequest.all as GPURequest?), ("2", .count(2)), ("device=0,GPU-x", .devices(["0", "GPU-x"])),
            ("0", nil), ("some", nil), ("device=", nil), ("device=0,,1", nil),
        ])
    func gpus(text: String, request: GPURequest?) { #expect(GPURequest(text) == request) }

    @Test("limits are soft and hard, and no soft one is above its hard one")
    func ulimits() {
        #expect(UlimitRequest(name: "nofile", "1024")?.hard == 1024)
        #expect(UlimitRequest(name: "nofile", "1024:-1")?.hard == -1)
        for text in ["", "x", "2:1", "1:2:3", "-2", "-1:5"] { #expect(UlimitRequest(name: "nofile", text) == nil) }
    }
}
