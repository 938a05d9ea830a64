import OrchModel
import Testing

@testable import OrchStore

struct RunLimitGateTests {
    private func gate(_ limits: [LimitKey: Int], held: [LimitKey: Int] = [:]) -> RunLimitGate {
        RunLimitGate(limits: limits.mapValues { .init(slots: $0, strategy: .enqueue) }, held: held)
    }

    private func candidate(
        _ number: Int64, _ keys: [LimitKey], lender: Int64? = nil, lent: Set<LimitKey> = []
    ) -> RunLimitGate.Candidate {
        .init(number: number, keys: keys, lender: lender, lent: lent)
    }

    @Test("A run starts where each of its limits has a slot, and waits for the first that has none")
    func firstFull() {
        var gate = gate([.tag("a"): 1, .queue("q"): 2, .global: 10])
        #expect(gate.decide(candidate(1, [.tag("a"), .queue("q"), .global])) == .start)
        #expect(gate.decide(candidate(2, [.tag("a"), .queue("q"), .global])) == .wait(.tag("a")))
        #expect(gate.decide(candidate(3, [.queue("q"), .global])) == .start)
        #expect(gate.decide(candidate(4, [.queue("q"), .global])) == .wait(.queue("q")))
        #expect(gate.held == [.tag("a"): 1, .queue("q"): 2, .global: 2])
        #expect(gate.free(.global) == 8)
    }

    @Test("A run that waits takes no slot, so that those behind it that need others go on")
    func takesNothing() {
        var gate = gate([.tag("a"): 0, .global: 1])
        #expect(gate.decide(candidate(1, [.tag("a"), .global])) == .wait(.tag("a")))
        #expect(gate.decide(candidate(2, [.global])) == .start)
    }

    @Test("What has no limit is not counted")
    func unlimited() {
        var gate = gate([:])
        #expect(gate.decide(candidate(1, [.tag("a"), .global])) == .start)
        #expect(gate.held.isEmpty)
    }

    @Test("Of runs that one waits for, one takes its slots over, and the next needs some of its own")
    func lends() {
        var gate = gate([.global: 1], held: [.global: 1])
        #expect(gate.decide(candidate(2, [.global], lender: 1, lent: [.global])) == .start)
        #expect(gate.held == [.global: 1])
        #expect(gate.decide(candidate(3, [.global], lender: 1, lent: [.global])) == .wait(.global))
    }

    @Test("A limit that was made smaller than what is held lets none start")
    func smaller() {
        var gate = gate([.global: 1], held: [.global: 3])
        #expect(gate.free(.global) == -2)
        #expect(gate.decide(candidate(1, [.global])) == .wait(.global))
    }
}
