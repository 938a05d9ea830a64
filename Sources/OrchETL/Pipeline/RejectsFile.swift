#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The records that a reading left out, each with its place and the reason, as CSV: `line,byte,column,reason,record`.
/// The file is made with the first record; without one there is none, and what an earlier reading left there is removed.
final class RejectsFile {
    private static let header = Array("line,byte,column,reason,record\n".utf8)

    private let path: String
    private var file: AtomicFile?
    private var isAbandoned = false

    /// - Throws: `ETLError.notRegular` where the path is that of a folder or a device.
    init(_ path: String) throws {
        try AtomicFile.checkName(path)
        self.path = path
    }

    /// Adds records.
    /// - Throws: `ETLError.file`.
    func write(_ rejects: [TripReject]) throws {
        guard !isAbandoned else { throw CancellationError() }
        guard !rejects.isEmpty else { return }
        if file == nil {
            file = try AtomicFile(path)
            try file?.write(Self.header)
        }
        var bytes: [UInt8] = []
        for reject in rejects {
            bytes += "\(reject.line),\(reject.byte.map(String.init) ?? ""),".utf8
            Self.append(reject.column.map { Array($0.utf8) } ?? [], to: &bytes)
            bytes.append(UInt8(ascii: ","))
            Self.append(Array(reject.reason.utf8), to: &bytes)
            bytes.append(UInt8(ascii: ","))
            Self.append(reject.record, to: &bytes)
            bytes.append(UInt8(ascii: "\n"))
        }
        try file?.write(bytes)
    }

    /// Gives the file its name, if there is one.
    /// - Throws: `ETLError.file`.
    func commit() throws {
        guard !isAbandoned else { throw CancellationError() }
        if let file {
            try file.commit()
        } else if isOurs {
            unlink(path)
        }
    }

    /// Leaves nothing behind, unless the file was committed; to be said aloud, as threads may hold on to the file until
    /// the program ends.
    func abandon() {
        isAbandoned = true
        file?.abandon()
    }

    /// Whether the name is that of a file of rejects; any other file is none of ours to remove.
    private var isOurs: Bool {
        guard let old = try? ReadableFile(path), let start = try? old.read() else { return false }
        return start.starts(with: Self.header)
    }

    /// A field in quotes, those inside doubled: https://www.rfc-editor.org/rfc/rfc4180#section-2
    private static func append(_ field: [UInt8], to bytes: inout [UInt8]) {
        let quote = UInt8(ascii: "\"")
        bytes.append(quote)
        for byte in field {
            if byte == quote { bytes.append(quote) }
            bytes.append(byte)
        }
        bytes.append(quote)
    }
}
