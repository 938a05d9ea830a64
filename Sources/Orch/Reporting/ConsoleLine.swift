/// Writes records as lines for a terminal: one record, one line.
struct ConsoleLine {
    /// Whether lines are coloured.
    var isColored: Bool

    /// The most bytes of an artifact that a line shows.
    private static let longestContent = 2000

    /// The line of a record; `nil` where the record has nothing to say to people.
    func text(_ kind: StreamRecord.Kind, at time: Timestamp) -> String? {
        switch kind {
        case .log(let log):
            return line(log.level, logger: log.logger, log.message, at: time)
        case .metric(let metric):
            let value = Int64(exactly: metric.value).map(String.init) ?? String(metric.value)
            return line(.info, logger: "metric", "\(metric.name) = \(value)", at: time)
        case .artifact(let artifact):
            let content = ReportedText.cut(artifact.data.jsonText, to: Self.longestContent)
            return line(.info, logger: "artifact", "\(artifact.key) (\(artifact.type)): \(content)", at: time)
        case .asset(let asset):
            return line(.info, logger: "asset", asset.record.summary, at: time)
        case .result(let value):
            return value.isNull ? nil : line(.info, logger: "result", value.jsonText, at: time)
        case .outcome(let outcome):
            let level: StreamRecord.Level = outcome.type == .completed ? .info : .error
            return line(level, logger: "flow", "\(outcome.name): \(outcome.message)", at: time)
        case .taskState(let task):
            return task.line.map { line($0.level, logger: task.name, $0.message, at: time) }
        case .hello, .childRun, .unknown:
            return nil
        }
    }

    private func line(_ level: StreamRecord.Level, logger: String, _ message: String, at time: Timestamp) -> String {
        // RFC 3339 with microseconds has the milliseconds of the day at characters 11 to 22.
        let clock = String(time.description.dropFirst(11).prefix(12))
        let word = level.rawValue.uppercased()
        let label = word + String(repeating: " ", count: max(0, 8 - word.count))
        return painted(clock, "2") + " " + painted(label, color(of: level)) + " " + painted(Self.visible(logger), "36")
            + "  " + Self.visible(message)
    }

    private func painted(_ text: String, _ code: String) -> String {
        isColored ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }

    private func color(of level: StreamRecord.Level) -> String {
        switch level {
        case .trace, .debug: "2"
        case .info: "32"
        case .warning: "33"
        case .error, .critical: "31"
        }
    }

    /// The text with every control character but the tab written out: data must not steer a terminal.
    private static func visible(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        var shown = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": shown += "\\n"
            case "\r": shown += "\\r"
            case _ where isControl(scalar):
                let digits = String(scalar.value, radix: 16)
                shown += "\\x" + (digits.count < 2 ? "0" : "") + digits
            default: shown.unicodeScalars.append(scalar)
            }
        }
        return shown
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar != "\t" && (scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value))
    }
}
