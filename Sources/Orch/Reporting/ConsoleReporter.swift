import Glibc

/// Writes a run for the person who started it by hand. What the flow prints stays as it is.
struct ConsoleReporter: Reporter {
    private let line: ConsoleLine
    private let now: @Sendable () -> Timestamp
    private let write: @Sendable (String) -> Void

    /// A reporter that writes whole lines.
    ///
    /// - Parameters:
    ///   - isColored: whether lines are coloured.
    ///   - now: the wall clock.
    ///   - write: takes each line. By default it goes the way of `print`, so that both keep their order.
    init(
        isColored: Bool, now: @escaping @Sendable () -> Timestamp,
        write: @escaping @Sendable (String) -> Void = { line in
            print(line)
            StandardOutput.flush()
        }
    ) {
        line = ConsoleLine(isColored: isColored)
        self.now = now
        self.write = write
    }

    /// Whether lines should be coloured: on a terminal, unless `NO_COLOR` says otherwise.
    /// See <https://no-color.org>
    static func wantsColor(_ variables: [String: String]) -> Bool {
        isatty(STDOUT_FILENO) == 1 && (variables["NO_COLOR"] ?? "").isEmpty && variables["TERM"] != "dumb"
    }

    func report(_ kind: StreamRecord.Kind) {
        if let text = line.text(kind, at: now()) { write(text) }
    }

    func finish(_ outcome: RunEnding.Outcome) {
        report(.outcome(outcome))
    }
}
