import FoundationEssentials
import OrchInfrastructure
import OrchModel
import Testing

@testable import OrchAgent

struct LaunchLedgerTests {
    private let key = AttemptKey(run: .fixed(1), attempt: 1)

    private func withFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.path + "/orch-ledger-\(Identifier.new())"
        try body(folder)
        try FileManager.default.removeItem(atPath: folder)
    }

    @Test func remembersOverARestart() throws {
        try withFolder { folder in
            let ledger = try LaunchLedger(dataDirectory: folder)
            try ledger.begin(key)
            try ledger.closeGap()
            let again = try LaunchLedger(dataDirectory: folder)
            #expect(again.history(of: key) == .launched)
            #expect(again.history(of: AttemptKey(run: .fixed(1), attempt: 2)) == .neverLaunched)
            try again.forget(key)
            #expect(try LaunchLedger(dataDirectory: folder).history(of: key) == .neverLaunched)
        }
    }

    @Test func newFolderKnowsNothingUntilTheGapIsClosed() throws {
        try withFolder { folder in
            let ledger = try LaunchLedger(dataDirectory: folder)
            #expect(ledger.history(of: key) == .unknown)
            try ledger.closeGap()
            #expect(ledger.history(of: key) == .neverLaunched)
        }
    }

    @Test func gapStaysOpenUntilItIsClosedHoweverOftenTheAgentIsKilled() throws {
        try withFolder { folder in
            _ = try LaunchLedger(dataDirectory: folder)
            let second = try LaunchLedger(dataDirectory: folder)
            #expect(second.history(of: key) == .unknown)
            #expect(second.keys.isEmpty)
            try second.closeGap()
            #expect(try LaunchLedger(dataDirectory: folder).history(of: key) == .neverLaunched)
        }
    }

    @Test func unusableFolderIsNamed() throws {
        let error = #expect(throws: AgentError.self) { try LaunchLedger(dataDirectory: "/proc/nowhere") }
        guard case .dataDirectory(path: "/proc/nowhere", _) = error else {
            Issue.record("expected dataDirectory, got \(String(describing: error))")
            return
        }
    }
}
