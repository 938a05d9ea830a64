import Logging
import OrchModel
import Synchronization

/// Writes what is logged as one JSON object a line: `time`, `level`, `label`, `message`, and `metadata` where there is some.
struct JSONLogHandler: LogHandler {
    let label: String
    var logLevel = Logger.Level.info
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    private let write: @Sendable (String) -> Void

    /// Held while a line is written: lines of several tasks come one after the other, each as a whole.
    private static let turn = Mutex(())

    /// - Parameter write: takes a line with its end. Defaults to standard error.
    init(
        label: String,
        write: @escaping @Sendable (String) -> Void = { line in
            JSONLogHandler.turn.withLock { _ in FileHandles.writeError(line) }
        }
    ) {
        self.label = label
        self.write = write
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        write(line(event, at: .now()) + "\n")
    }

    /// The line of an event.
    func line(_ event: LogEvent, at: Timestamp) -> String {
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { _, new in new } }
        if let own = event.metadata { all.merge(own) { _, new in new } }
        if let error = event.error { all["error"] = "\(error)" }
        var members: [String: JSONValue] = [
            "time": .string("\(at)"), "level": .string(event.level.rawValue), "label": .string(label),
            "message": .string("\(event.message)"),
        ]
        if !all.isEmpty { members["metadata"] = Self.json(.dictionary(all)) }
        return JSONValue.object(members).jsonText
    }

    private static func json(_ value: Logger.Metadata.Value) -> JSONValue {
        switch value {
        case .dictionary(let members): .object(members.mapValues(json))
        case .array(let items): .array(items.map(json))
        case .string(let text): .string(text)
        case .stringConvertible(let value): .string("\(value)")
        }
    }
}
