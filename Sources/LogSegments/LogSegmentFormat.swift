import OrchModel

/// The content of a segment, before zstd packs it:
///
///     version          one byte, 1
///     lines            varint
///     loggers          varint count, then each: varint length, bytes
///     identifiers      varint count, then each: 16 bytes; of tasks and child runs
///     length of rows   varint
///     rows             one for each line
///     texts            the messages, one behind the other
///
/// A row has one byte of flags (bits 0 and 1 the source, 2 to 4 the level, 5 whether there are extras, 6 whether the number is
/// not the source's last one plus 1), the number's difference to the source's last one where it is not 1, the time's difference
/// to the last line's in microseconds, and the length of the message. Extras are a byte (1 logger, 2 task, 4 child run) and an
/// index each. Numbers are varints, differences zigzag ones.
enum LogSegmentFormat {
    static let version = 1
    /// The most that a content may have before it is packed.
    static let longestContent = 128 << 20

    static let hasExtras: UInt8 = 1 << 5
    static let jumps: UInt8 = 1 << 6

    /// Sources by their code in a row.
    static let sources: [LogRecord.Source] = [.flow, .stdout, .stderr, .orch]
    /// Levels by their code in a row.
    static let levels: [LogRecord.Level] = LogRecord.Level.allCases

    static func code(of source: LogRecord.Source) -> Int {
        switch source {
        case .flow: 0
        case .stdout: 1
        case .stderr: 2
        case .orch: 3
        }
    }

    /// Small for numbers near zero of either sign.
    static func zigzag(_ value: Int64) -> UInt64 { UInt64(bitPattern: value << 1 ^ value >> 63) }
    static func unzigzag(_ value: UInt64) -> Int64 { Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1) }
}
