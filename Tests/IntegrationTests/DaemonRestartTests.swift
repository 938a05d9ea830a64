import DockerEngine
import Foundation
import OrchInfrastructure
import OrchModel
import Testing

/// T3: a daemon that is killed, or stopped well, while a flow reports: what it loses comes from the flow's journal.
@Suite(
    "T3: the daemon restarted while its lines are followed",
    .enabled("needs a Docker engine and the program of busybox-static") { await LiveAgentBench.isPossible() },
    .enabled(if: SecondDaemon.isPossible, "needs root, dockerd, containerd and ip, for a daemon of its own"),
    .timeLimit(.minutes(15)), .serialized)
struct DaemonRestartTests {
    private static let key = "orch_run_canary"
    private static let lines = 20_000

    /// A stand-in for a flow program: numbered log records and an outcome, in a journal first and then on standard output.
    /// It reports ten lines, waits for a file, and reports the rest faster than a daemon writes.
    private func flow(_ claimed: ClaimedRun) -> [String] {
        let nonce = StreamNonce.make(apiKey: Secret(Self.key), attempt: 1)
        let program = #"""
            function note(body) {
                printf "{\"orch\":1,\"nonce\":\"%s\",\"attempt\":1,\"seq\":%d,\"time\":\"2020-07-01T00:00:00Z\",%s}\n", nonce, ++n, body > journal
            }
            BEGIN {
                for (i = 1; i <= count; i++) note(sprintf("\"log\":{\"message\":\"line %d\",\"logger\":\"flow\"}", i))
                note("\"outcome\":{\"type\":\"COMPLETED\",\"name\":\"Completed\",\"message\":\"done\"}")
                close(journal)
                system("head -n 10 " journal)
                while ((getline answer < "/tmp/go") < 0) system("sleep 0.02")
                system("exec tail -n +11 " journal)
            }
            """#
        return [
            "awk", "-v", "nonce=\(nonce)", "-v", "count=\(Self.lines)", "-v", "journal=\(journal(of: claimed))",
            program,
        ]
    }

    private func journal(of claimed: ClaimedRun) -> String {
        StreamJournal.paths(in: "/tmp", run: claimed.runID, attempt: 1)[0]
    }

    /// Ends the daemon while the flow writes, starts it again and waits for the flow's end.
    ///
    /// - Parameter keepsContainers: whether the container lives on meanwhile; else it ends with its daemon.
    @Test(arguments: [true, false], [SIGKILL, SIGTERM])
    func noLineIsLost(_ keepsContainers: Bool, _ signal: Int32) async throws {
        let daemon = try await SecondDaemon(keepsContainers: keepsContainers)
        do {
            try await LiveAgentBench.with(client: daemon.client()) { bench in
                let claimed = bench.claimed("") {
                    $0.kind = .sdk
                    $0.container.networkMode = "none"
                    $0.command = flow($0)
                }
                bench.controller.queue(claimed)
                try await bench.withAgent {
                    try await bench.controller.until(claimed) { $0.lines.count == 10 || $0.end != nil }
                    let go = TarArchive([TarArchive.Entry(path: "go")])
                    try await bench.client.putArchive(go, into: "/tmp", of: claimed.containerName)
                    let id = try await bench.client.inspectContainer(claimed.containerName).id
                    while try daemon.logBytes(of: id) < 300_000 { try? await Task.sleep(for: .milliseconds(1)) }
                    daemon.end(signal)
                    try await daemon.start()
                    try await bench.controller.until(claimed) { $0.end != nil }
                }
                check(bench.controller.attempt(claimed), keepsContainers, signal)
            }
        } catch {
            try daemon.tearDown()
            throw error
        }
        try daemon.tearDown()
    }

    private func check(_ attempt: LiveController.Attempt, _ keepsContainers: Bool, _ signal: Int32) {
        #expect(attempt.records.filter { $0.source == .flow }.map(\.message) == (1...Self.lines).map { "line \($0)" })
        let remarks = attempt.records.filter { $0.source == .orch }.map(\.message)
        #expect(!remarks.contains { $0.contains("were lost") })
        // A daemon that is killed takes with it what it had read and not written yet, which may be nothing, by luck.
        // Where the daemon lost the exit code, the outcome in the journal counts.
        let isWell = attempt.termination?.exitCode == 0 || attempt.termination?.lostExitCode == true
        #expect(attempt.end?.type == (isWell ? .completed : .crashed))
        #expect(!keepsContainers || attempt.end?.type == .completed, "\(attempt.end?.message ?? "no end")")
        print("signal \(signal), containers live on \(keepsContainers), end \(attempt.end?.message ?? ""): \(remarks)")
    }
}
