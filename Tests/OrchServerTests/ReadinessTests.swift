import FoundationEssentials
import Hummingbird
import Logging
import OrchModel
import OrchStore
import Synchronization
import Testing

@testable import OrchServer

struct ReadinessTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    @Test func aControllerWithItsStoreIsReady() async throws {
        try await ServerFixture.with { server in
            let answer: [String: String] = try await server.call(.get, "ready")
            #expect(answer == ["status": "ready"])
        }
    }

    @Test func aStoreThatFailsIsToldInGeneralTerms() async throws {
        try await ServerFixture.with { server in
            try await server.controller.store.close()
            let (status, fault) = try await server.refusal(.get, "ready", token: "none")
            #expect(status == 503)
            #expect(fault.code == "unavailable")
            #expect(fault.message == "the database cannot be read: the controller's log says why")
        }
    }

    @Test func tablesOfAnotherVersionAreNotReady() async {
        #expect(await Readiness(logger: logger) { false }.fault() == .otherSchema)
    }

    @Test func aChangeIsLoggedOnceHoweverOftenSomebodyAsks() async {
        let told = Told()
        let isCurrent = Mutex(true)
        let readiness = Readiness(logger: told.logger()) { isCurrent.withLock { $0 } }
        for state in [true, true, false, false, true, true] {
            isCurrent.withLock { $0 = state }
            #expect(await readiness.fault() == (state ? nil : .otherSchema))
        }
        #expect(told.messages.withLock { $0 } == ["the controller is not ready", "the controller is ready again"])
    }

    /// What was logged.
    private final class Told: Sendable {
        let messages = Mutex<[String]>([])

        func logger() -> Logger {
            Logger(label: "test") { _ in Handler(told: self) }
        }

        private struct Handler: LogHandler {
            let told: Told
            var logLevel = Logger.Level.info
            var metadata: Logger.Metadata = [:]

            subscript(metadataKey key: String) -> Logger.Metadata.Value? {
                get { metadata[key] }
                set { metadata[key] = newValue }
            }

            func log(event: LogEvent) { told.messages.withLock { $0.append("\(event.message)") } }
        }
    }

    @Test func aStoreThatHangsHoldsBackNoAnswerAndIsAskedOnce() async {
        let asked = Mutex(0)
        let gate = Waiter()
        let readiness = Readiness(within: .milliseconds(50), logger: logger) {
            asked.withLock { $0 += 1 }
            await gate.wait(atMost: .seconds(600))
            return true
        }
        await withTaskGroup(of: Readiness.Fault?.self) { group in
            for _ in 1...20 { group.addTask { await readiness.fault() } }
            for await fault in group { #expect(fault == .silent) }
        }
        #expect(await readiness.fault() == .silent)
        #expect(asked.withLock { $0 } == 1)
        gate.close()
        while await readiness.fault() != nil {}
    }

    @Test func allWhoAskMeanwhileGetTheAnswer() async throws {
        let gate = Waiter()
        let read = SharedRead {
            await gate.wait(atMost: .seconds(600))
            return Identifier.new()
        }
        try await withThrowingTaskGroup(of: Identifier.self) { group in
            for _ in 1...10 { group.addTask { try await read.value(within: .seconds(600)) } }
            while read.waiting < 10 { try? await Task.sleep(for: .milliseconds(1)) }
            gate.signal()
            var ids: Set<Identifier> = []
            for try await id in group { ids.insert(id) }
            #expect(ids.count == 1)
        }
    }
}
