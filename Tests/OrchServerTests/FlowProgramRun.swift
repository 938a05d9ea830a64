import Dispatch
import FoundationEssentials
import OrchModel
import TestSupport
import Testing

/// A flow program as a container runs it, with a home of its own.
enum FlowProgramRun {
    /// Runs a flow of `ChaosFlow` to its end; its home is gone then, as that of a container that is removed.
    static func run(
        _ claimed: ClaimedRun, _ flow: String, api: String, home: String, parameters: [String] = []
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
        let command = ["env", "-i"] + variables + [program, "run", flow] + parameters.flatMap { ["-p", $0] }
        let ending = try await withCheckedThrowingContinuation { waiter in
            DispatchQueue.global().async { waiter.resume(with: Result { try ChildProgram.run(command) }) }
        }
        try FileManager.default.removeItem(atPath: home)
        return ending
    }
}
