/// Runs that only the global limit concerns, in the order of their turns, until they are started: what the store should give
/// first.
///
/// A line for each of the few handicaps that there are: in each the runs come in the order in which they become due.
struct TurnQueue {
    private struct Line {
        var runs: [(number: Int, due: Int64)] = []
        var first = 0
    }

    /// What a step of priority costs, of a run and of a queue: a minute.
    static let step: Int64 = 60_000_000

    private var lines: [Line] = []
    private var started: Set<Int> = []

    /// Adds a run that becomes due after all others of its handicap.
    mutating func add(_ number: Int, due: Int64, handicap: Int) {
        while lines.count <= handicap { lines.append(Line()) }
        lines[handicap].runs.append((number, due))
    }

    /// A run was started.
    mutating func start(_ number: Int) { started.insert(number) }

    /// The first due run of each line that has one, with its turn.
    mutating func heads(at now: Int64) -> [(due: Int64, turn: Int64)] {
        lines.indices.compactMap { handicap in
            while let run = head(handicap), started.remove(run.number) != nil { lines[handicap].first += 1 }
            guard let run = head(handicap), run.due <= now else { return nil }
            return (run.due, run.due + Int64(handicap) * Self.step)
        }
    }

    private func head(_ handicap: Int) -> (number: Int, due: Int64)? {
        let line = lines[handicap]
        return line.first < line.runs.count ? line.runs[line.first] : nil
    }
}
