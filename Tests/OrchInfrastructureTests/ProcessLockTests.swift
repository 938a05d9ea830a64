import Foundation
import TestSupport
import Testing

@testable import OrchInfrastructure

struct ProcessLockTests {
    @Test("whoever looks at a lock does not keep a supervisor from getting it")
    func looking() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("lock")
        let looker = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(looker) }
        try #require(flock(looker, LOCK_SH | LOCK_NB) == 0)
        async let taken = ProcessLock.take(path)
        flock(looker, LOCK_UN)
        let lock = try await taken.get()
        #expect(ProcessLock.isHeld(path))
        close(lock)
        #expect(!ProcessLock.isHeld(path))
    }
}
