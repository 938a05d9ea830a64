import OrchModel

/// Turns a run's events into lines for a person: `08:01:02.123 | INFO     | task.extract | 72,257 rows`.
struct FollowPrinter: Sendable {
    /// Whether to colour levels and states.
    var coloured: Bool
    /// Whether a terminal shows the lines: what would steer it is then written out, colours aside.
    var escapesControls = false
    /// Whether states are shown between the log lines.
    var showsStates = true

    /// The line of an event, with its newline; nil for one that says nothing.
    func line(for event: RunEvent) -> String? {
        switch event {
        case .heartbeat, .end: nil
        case .state(let state): showsStates ? line(for: state) : nil
        case .log(let record): line(for: record)
        }
    }

    /// A log line.
    func line(for record: LogRecord) -> String {
        let label = record.level.label
        let padded = label + String(repeating: " ", count: max(0, 8 - label.count))
        let source = record.logger ?? record.source.rawValue
        return
            "\(time(record.at)) | \(paint(padded, colour(of: record.level))) | \(source) | \(shown(record.message))\n"
    }

    /// A state line.
    func line(for state: RunState) -> String {
        let name = state.name + String(repeating: " ", count: max(0, 8 - state.name.count))
        return "\(time(state.at)) | \(paint(name, colour(of: state.type))) | \(state.actor) | \(state.message)\n"
    }

    private func shown(_ message: String) -> String {
        escapesControls ? TerminalText.harmless(message) : message
    }

    private func time(_ at: Timestamp) -> String { String(at.description.dropFirst(11).prefix(12)) }

    private func paint(_ text: String, _ code: String?) -> String {
        guard coloured, let code else { return text }
        return "\u{1B}[\(code)m\(text)\u{1B}[0m"
    }

    private func colour(of level: LogRecord.Level) -> String? {
        switch level {
        case .debug: "2"
        case .info: nil
        case .warning: "33"
        case .error, .critical: "31"
        }
    }

    private func colour(of type: StateType) -> String? {
        switch type {
        case .completed: "32"
        case .failed, .crashed: "31"
        case .cancelled, .cancelling, .paused: "33"
        case .scheduled, .pending, .running: "36"
        }
    }
}
