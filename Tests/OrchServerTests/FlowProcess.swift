import Dispatch
import FoundationEssentials
import OrchModel
import TestSupport
import Testing

/// The flow program of the tests as a container runs it, with a home of its own.
enum FlowProcess {
    /// One run of the program: what it printed, and its exit code.
    static func run(
        _ claimed: ClaimedRun, _ flow: String = "remembering", api: String, home: String, parameters: [String] = []
    ) async throws -> ChildProgram.Ending {
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let program = URL(filePath: tests).deletingLastPathComponent().appending(path: "ChaosFlow").path
        try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
        let key = try #require(claimed.secrets["ORCH_API_KEY"])
        let variables = [
            "HOME=\(home)", "TMPDIR=\(home)", "ORCH_API_URL=\(api)", "ORCH_API_KEY=\(key)",
            "ORCH_FLOW_RUN_ID=\(claimed.runID)", "ORCH_ATTEMPT=\(claimed.attempt)", "ORCH_JOURNAL=off",
            "ORCH_IMAGE_DIGEST=sha256:1",
        ]
        // A container has none of this process's files: a copy of a server's socket would keep its port.
        let closing = #"for f in /proc/$$/fd/*; do n=${f##*/}; [ "$n" -le 2 ] || eval "exec $n>&-"; done; exec "$@""#
        let command =
            ["bash", "-c", closing, "bash", "env", "-i"] + variables + [program, "run", flow]
            + parameters.flatMap { ["-p", $0] }
        let ending = try await withCheckedThrowingContinuation { waiter in
            DispatchQueue.global().async { waiter.resume(with: Result { try ChildProgram.run(command) }) }
        }
        // What a container leaves behind when it is removed.
        try FileManager.default.removeItem(atPath: home)
        return ending
    }
}
