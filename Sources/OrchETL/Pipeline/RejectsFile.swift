/// The records that a reading left out, each with its place and the reason, as CSV: `line,byte,column,reason,record`.
/// The file is made with the first record; without one there is none.
final class RejectsFile {
    private static let header = Array("line,byte,column,reason,record\n".utf8)

    private let path: String
    private var file: AtomicFile?

    init(_ path: String) {
        self.path = path
    }

    /// Adds records.
    /// - Throws: `ETLError.file`.
    func write(_ rejects: [TripReject]) throws {
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
        try file?.commit()
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
