import OrchStore
import Testing

@testable import OrchServer

struct ClaimFaultTests {
    @Test(arguments: [
        StoreError.unavailable(address: "db", reason: "no connection"), .full(path: "db"), .locked(path: "db"),
        .unusable(path: "db", reason: "too many open files"),
    ])
    func aClaimIsKeptWhileTheDatabaseIsAway(_ error: StoreError) { #expect(WorkDesk.mayPass(error)) }

    @Test func aClaimIsKeptWhereItsPollIsCutOff() { #expect(WorkDesk.mayPass(CancellationError())) }

    @Test func whatCanNeverBeLaunchedEndsItsRun() {
        #expect(!WorkDesk.mayPass(ClaimAssembler.Unlaunchable(reason: "the block x was removed")))
        #expect(!WorkDesk.mayPass(StoreError.corrupt(table: "block", column: "sealed", value: "?")))
        #expect(!WorkDesk.mayPass(OrchServerError.sealed("the block x")))
    }
}
