import Testing

@testable import GoogleCloud

struct GrowingFileTests {
    private struct Broken: Error {}

    @Test func waitsUntilThereIsMoreThanAsked() async throws {
        let file = GrowingFile("/f")
        async let waiting = file.extent(beyond: 100)
        file.grew(to: 100)
        #expect(try await file.extent(beyond: 99).length == 100)
        file.grew(to: 101)
        let extent = try await waiting
        #expect(extent.length == 101 && !extent.isWhole && extent.total == "*")
    }

    @Test func theEndWakesWhoeverWaits() async throws {
        let file = GrowingFile("/f")
        async let waiting = file.extent(beyond: 100)
        async let whole = file.whole()
        file.grew(to: 3)
        file.finish(checksum: CRC32C([1, 2, 3]))
        let extent = try await waiting
        #expect(extent.isWhole && extent.total == "3")
        let (length, checksum) = try await whole
        #expect(length == 3 && checksum == CRC32C([1, 2, 3]))
    }

    @Test func theFirstEndCounts() async throws {
        let file = GrowingFile("/f")
        file.fail(Broken())
        file.finish(checksum: CRC32C())
        file.grew(to: 5)
        await #expect(throws: Broken.self) { try await file.whole() }
        await #expect(throws: Broken.self) { try await file.beginning() }
    }

    @Test func cancellationEndsTheWait() async throws {
        let file = GrowingFile("/f")
        let early = Task { try await file.whole() }
        early.cancel()
        await #expect(throws: CancellationError.self) { try await early.value }
        let late = Task { try await file.extent(beyond: 5) }
        // Both orders are met, over many runs: cancelled before it waits, and while it does.
        for _ in 0..<100 { await Task.yield() }
        late.cancel()
        await #expect(throws: CancellationError.self) { try await late.value }
    }
}
