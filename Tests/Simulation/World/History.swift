import Logging
import Synchronization

/// What happened, with virtual times. The text is kept only where it is wanted, as it costs more than what it tells of.
final class History: @unchecked Sendable {
    /// Whether the text is kept.
    let isRecording: Bool
    /// The text, a line for each thing that happened.
    private(set) var lines: [String] = []
    /// Equal for equal histories.
    private(set) var digest: UInt64 = 0xCBF2_9CE4_8422_2325
    /// How often things happened that a simulation should get to see.
    private(set) var sights: [String: Int] = [:]
    var scheduler: Scheduler?

    /// Counts something that a simulation should get to see.
    func saw(_ what: String) { sights[what, default: 0] += 1 }

    init(isRecording: Bool) { self.isRecording = isRecording }

    /// Notes something.
    func note(_ who: String, _ text: () -> String) {
        let time = scheduler?.now ?? 0
        mix(UInt64(bitPattern: time))
        mix(UInt64(scheduler?.steps ?? 0))
        mix(UInt64(who.utf8.count))
        guard isRecording else { return }
        lines.append("\(Self.text(of: time)) \(who): \(text())")
    }

    private func mix(_ word: UInt64) {
        digest = (digest ^ word) &* 0x100_0000_01B3
        digest ^= digest >> 29
    }

    /// Virtual seconds such as `  12.345678`.
    static func text(of microseconds: Int64) -> String {
        let (seconds, rest) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        let (left, right) = (String(seconds), String(rest))
        return String(repeating: " ", count: max(0, 4 - left.count)) + left + "."
            + String(repeating: "0", count: max(0, 6 - right.count)) + right
    }

    /// Where a process logs.
    func logger(_ who: String) -> Logger {
        guard isRecording else { return Logger(label: who) { _ in SwiftLogNoOpLogHandler() } }
        return Logger(label: who) { _ in Handler(history: self, who: who) }
    }

    private struct Handler: LogHandler {
        let history: History
        let who: String
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.debug

        init(history: History, who: String) {
            self.history = history
            self.who = who
        }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let all = metadata.merging(event.metadata ?? [:]) { $1 }
            let fields = all.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            history.lines.append(
                "\(History.text(of: history.scheduler?.now ?? 0)) \(who) says: \(event.message) "
                    + fields.joined(separator: " "))
        }
    }
}
