import Orch
package import OrchModel
import Synchronization

/// A cache in memory, with the meaning of the controller's, and faults on request.
package final class MemoryResultCache: ResultCache {
    package struct Fault: Error, CustomStringConvertible {
        package let description = "no answer"
    }

    private struct State {
        var entries: [String: (draft: CacheDraft, entry: CacheEntry)] = [:]
        var locks: [String: String] = [:]
        var now = MemoryResultCache.start
        var asked = 0
        var renewals = 0
    }

    package static let start = Timestamp(microseconds: 1_600_000_000_000_000)
    package static let run = Identifier.new()

    private let state = Mutex(State())
    private let isAway: Bool
    private let keepsNothing: Bool
    /// Called each time somebody asks, with how often anybody has.
    private let onLook: @Sendable (MemoryResultCache, Int) -> Void

    package init(
        isAway: Bool = false, keepsNothing: Bool = false,
        onLook: @escaping @Sendable (MemoryResultCache, Int) -> Void = { _, _ in }
    ) {
        self.isAway = isAway
        self.keepsNothing = keepsNothing
        self.onLook = onLook
    }

    package var drafts: [CacheDraft] { state.withLock { $0.entries.values.map(\.draft) } }
    package var keys: [String] { state.withLock { $0.entries.keys.sorted() } }
    package var locks: Int { state.withLock { $0.locks.count } }
    package var renewals: Int { state.withLock { $0.renewals } }

    package func advance(_ seconds: Double) { state.withLock { $0.now = $0.now + .seconds(seconds) } }

    /// Another run begins to compute everything, or is over with it.
    package func hold(_ keys: [String], _ isHeld: Bool = true) {
        state.withLock { state in for key in keys { state.locks[key] = isHeld ? "other" : nil } }
    }

    /// Puts another text in the place of every result.
    package func spoil(_ text: String) {
        state.withLock { state in for key in state.entries.keys { state.entries[key]?.draft.value = text } }
    }

    package func lookUp(_ lookup: CacheLookup) async throws -> CacheAnswer {
        guard !isAway else { throw Fault() }
        onLook(
            self,
            state.withLock { state in
                state.asked += 1
                return state.asked
            })
        return state.withLock { state in
            let own = state.entries[lookup.key]
            if let own, !lookup.refresh, own.entry.expiresAt > state.now {
                return .hit(value: own.draft.value, entry: own.entry)
            }
            if let holder = state.locks[lookup.key], holder != lookup.holder {
                return .busy(CacheWork(runID: Self.run, runName: "etl-2", leaseUntil: state.now))
            }
            state.locks[lookup.key] = lookup.holder
            if let own { return .miss(CacheMiss(lookup.refresh ? .refresh : .expired, earlier: own.entry)) }
            if lookup.refresh { return .miss(CacheMiss(.refresh)) }
            let other = state.entries.values.first { $0.draft.subject == lookup.subject }
            return .miss(CacheMiss(other == nil ? .first : .codeChanged, earlier: other?.entry))
        }
    }

    package func keep(_ draft: CacheDraft, as key: String) async throws {
        guard !keepsNothing else { throw Fault() }
        put(draft, as: key)
    }

    package func put(_ draft: CacheDraft, as key: String) {
        state.withLock { state in
            if state.locks[key] == draft.holder { state.locks[key] = nil }
            let entry = CacheEntry(
                key: key, flowName: "flow", taskName: draft.taskName, codeVersion: draft.codeVersion,
                bytes: draft.value.utf8.count, runID: Self.run, runName: "etl-1", madeAt: state.now,
                expiresAt: state.now + .seconds(draft.expiresInSeconds))
            state.entries[key] = (draft, entry)
        }
    }

    package func renew(_ key: String, holder: String) async throws {
        state.withLock { $0.renewals += 1 }
    }

    package func release(_ key: String, holder: String) async throws {
        state.withLock { if $0.locks[key] == holder { $0.locks[key] = nil } }
    }
}
