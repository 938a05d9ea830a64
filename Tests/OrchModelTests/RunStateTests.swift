import OrchModel
import Testing

struct RunStateTests {
    private static let table: [(from: StateType, to: Set<StateType>)] = [
        (.scheduled, [.pending, .paused, .cancelled, .crashed]),
        (.pending, [.scheduled, .running, .paused, .cancelling, .cancelled, .completed, .failed, .crashed]),
        (.running, [.scheduled, .paused, .cancelling, .cancelled, .completed, .failed, .crashed]),
        (.paused, [.scheduled, .running, .cancelling, .cancelled, .completed, .failed, .crashed]),
        (.cancelling, [.cancelled, .completed, .failed, .crashed]),
        (.cancelled, [.scheduled]), (.completed, [.scheduled]), (.failed, [.scheduled]), (.crashed, [.scheduled]),
    ]

    @Test func decidesEveryPairOfStates() {
        for (from, successors) in Self.table {
            for to in StateType.allCases {
                let verdict = state(from).verdict(on: state(to))
                if from == to {
                    #expect(verdict == .repeated, "\(from) to \(to)")
                } else if successors.contains(to) {
                    #expect(verdict == .accept, "\(from) to \(to)")
                } else {
                    guard case .refuse(let reason) = verdict else {
                        Issue.record("\(from) to \(to): expected a refusal, got \(verdict)")
                        continue
                    }
                    #expect(reason.contains(from.rawValue) && reason.contains(to.rawValue))
                }
            }
        }
    }

    @Test(arguments: StateType.allCases)
    func noReportLeadsOutOfATerminalState(from: StateType) {
        for to in StateType.allCases {
            let reported = state(from).verdict(onReported: state(to))
            if from.isTerminal, to != from {
                guard case .refuse = reported else {
                    Issue.record("\(from) to \(to): expected a refusal, got \(reported)")
                    continue
                }
            } else {
                #expect(reported == state(from).verdict(on: state(to)), "\(from) to \(to)")
            }
        }
    }

    @Test func tableCoversEveryState() {
        #expect(Set(Self.table.map(\.from)) == Set(StateType.allCases))
    }

    @Test func acceptsAnotherNameOfALiveState() {
        #expect(state(.scheduled).verdict(on: state(.scheduled, name: "Late")) == .accept)
        #expect(state(.completed).verdict(on: state(.completed, name: "Cached")) != .accept)
    }

    @Test func namesAStateByItsTypeUnlessToldOtherwise() {
        #expect(state(.running).name == "Running")
        #expect(state(.running, name: "Retrying").name == "Retrying")
    }

    private func state(_ type: StateType, name: String? = nil) -> RunState {
        RunState(type, name: name, message: "because", at: Timestamp(microseconds: 0), actor: "test")
    }
}
