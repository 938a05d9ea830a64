import OrchInfrastructure
import OrchModel
import OrchStore

/// Compares the log of a run with what its containers printed: nothing is lost that is not shown as lost, nothing comes
/// twice, and every source keeps its order.
struct LogCheck {
    let world: World
    let planned: PlannedRun

    /// What is wrong; nil where nothing is.
    func problem() throws -> String? {
        let id = planned.id
        let (records, attempts) = try world.ask { store in
            var query = LogQuery()
            query.limit = 10_000
            return (try await store.logs(of: id, matching: query).records, try await store.attempts(of: id))
        }
        for attempt in attempts {
            let own = records.filter { $0.attempt == attempt.number }
            let key = AttemptKey(run: id, attempt: attempt.number)
            guard let container = world.invariants.container(of: key) else { continue }
            // What a released attempt, or one whose container somebody removed, could not tell is not known.
            let isWhole = !attempt.state.isRelease && container.removedBy != .outsider
            let problem =
                planned.kind == .sdk
                ? streamProblem(own, container, isWhole: isWhole) : plainProblem(own, container, isWhole: isWhole)
            if let problem { return "the log of \(world.name(of: key)): \(problem)" }
        }
        return nil
    }

    private func plainProblem(_ records: [LogRecord], _ container: SimulatedContainer, isWhole: Bool) -> String? {
        for (source, stream) in [(LogRecord.Source.stdout, OutputLine.Stream.stdout), (.stderr, .stderr)] {
            let got = records.filter { $0.source == source }
            let expected = container.printed.filter { $0.line.stream == stream }.compactMap(\.message)
            for (index, record) in got.enumerated() where record.sequence != Int64(index + 1) {
                return "line \(index + 1) of \(source) has the number \(record.sequence)"
            }
            // Plain lines have no numbers of their own: what a killed daemon lost of them nobody can know.
            if isWhole, !container.hasLostLines, got.map(\.message) != expected {
                return "\(source) is \(got.map(\.message)), not \(expected)"
            }
            if !isSubsequence(got.map(\.message), of: expected) {
                return "\(source) is \(got.map(\.message)), which is not in the order of \(expected)"
            }
        }
        return nil
    }

    private func isSubsequence(_ part: [String], of whole: [String]) -> Bool {
        var rest = whole[...]
        for text in part {
            guard let index = rest.firstIndex(of: text) else { return false }
            rest = rest[(index + 1)...]
        }
        return true
    }

    private func streamProblem(_ records: [LogRecord], _ container: SimulatedContainer, isWhole: Bool) -> String? {
        let got = records.filter { $0.source == .flow }
        var last: Int64 = 0
        let printed = Dictionary(
            container.printed.compactMap { line in line.number.map { (Int64($0), line.message) } }
        ) { $1 }
        for record in got {
            guard record.sequence > last else { return "line \(record.sequence) comes after line \(last)" }
            last = record.sequence
            guard printed[record.sequence] == record.message else {
                return "line \(record.sequence) is \"\(record.message)\", which was never printed"
            }
        }
        if let plain = records.first(where: { $0.source == .stdout || $0.source == .stderr }) {
            return "a plain line \"\(plain.message)\", which was never printed"
        }
        let numbers = Set(got.map { Int($0.sequence) })
        let shown = Set(records.lazy.compactMap(\.lostNumbers).flatMap { Array($0) })
        if let doubled = numbers.intersection(shown).min() { return "line \(doubled) is there, and shown as lost" }
        let lost = container.lostNumbers
        if container.hasLostLines { world.history.saw("containers whose engine lost lines") }
        if !shown.isEmpty { world.history.saw("logs that show lost lines") }
        if records.contains(where: { $0.message.contains("came from the program's journal") }) {
            world.history.saw("logs repaired from the journal")
        }
        if records.contains(where: { $0.message.contains("found container") }) {
            world.history.saw("containers followed by an agent that found them running")
        }
        let missing = Set(printed.filter { $0.value != nil }.keys.map(Int.init)).subtracting(numbers)
        guard isWhole else { return nil }
        if let gone = missing.subtracting(lost).min() {
            return "line \(gone) is missing, though the engine or the journal has it"
        }
        // Of lines after the last one that is left nothing tells, but that no outcome came.
        let left = Set(printed.keys.map(Int.init)).subtracting(lost).max() ?? 0
        if let silent = missing.subtracting(shown).filter({ $0 < left }).min() {
            return "line \(silent) is missing, and nothing shows it"
        }
        return nil
    }
}

extension LogRecord {
    /// The numbers of lines that a remark shows as lost.
    fileprivate var lostNumbers: ClosedRange<Int>? {
        guard source == .orch, let start = message.firstRange(of: "(number") else { return nil }
        let numbers = message[start.upperBound...].prefix { $0 != ")" }.split { !$0.isNumber }.compactMap { Int($0) }
        guard let first = numbers.first, let last = numbers.last, first <= last else { return nil }
        return first...last
    }
}
