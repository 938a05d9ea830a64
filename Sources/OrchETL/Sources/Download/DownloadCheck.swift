import Crypto
import TableFormats

/// Looks at a file's bytes as they come by: hashes them, tells pages from data, and proves that a gzip or Parquet file
/// is whole.
struct DownloadCheck {
    /// What a file's name says that it is.
    enum Kind: Sendable, Equatable {
        case gzip
        case parquet
        case other

        /// Decides by the end of an address's path.
        init(of address: SourceAddress) {
            let name = address.shown.lowercased()
            self = name.hasSuffix(".gz") ? .gzip : name.hasSuffix(".parquet") ? .parquet : .other
        }
    }

    /// Bytes taken so far.
    private(set) var bytes: Int64 = 0
    private let kind: Kind
    private let shown: String
    /// Whether the server says that it packed the bytes; then packed bytes inside packed bytes are its doing.
    private let refusesNestedGzip: Bool
    private let inflater: GzipInflater?
    private var hash = SHA256()
    /// The first bytes, kept until there are enough to tell their kind.
    private var start: [UInt8] = []
    private var isSniffed = false
    private var hasPlainBytes = false
    /// The last bytes, for a file that says at its end what it is.
    private var tail: [UInt8] = []

    /// `PAR1`, at both ends of a Parquet file (https://parquet.apache.org/docs/file-format/).
    private static let parquetMagic = Array("PAR1".utf8)

    /// - Parameter shown: the source, for messages.
    /// - Throws: `ETLError.unreadable` when there is no memory.
    init(_ kind: Kind, shown: String, refusesNestedGzip: Bool = false) throws {
        self.kind = kind
        self.shown = shown
        self.refusesNestedGzip = refusesNestedGzip
        do {
            inflater = kind == .gzip ? try GzipInflater() : nil
        } catch {
            throw ETLError.unreadable(file: shown, cause: error)
        }
    }

    /// Takes the next bytes.
    /// - Throws: `sourceIsNoData`, `sourceIncomplete`, `unreadable`.
    mutating func take(_ chunk: [UInt8]) throws {
        hash.update(data: chunk)
        bytes += Int64(chunk.count)
        if !isSniffed {
            start += chunk.prefix(FormatSniffer.length - start.count)
            if start.count >= FormatSniffer.length { try sniff() }
        }
        if kind == .parquet { tail = Array((tail + chunk.suffix(4)).suffix(4)) }
        try inflate(chunk)
    }

    /// Says that no more bytes come.
    /// - Returns: the SHA-256 in hexadecimal digits.
    /// - Throws: `sourceIsEmpty`, `sourceIsNoData`, `sourceIncomplete`, `unreadable`.
    mutating func finish() throws -> String {
        guard bytes > 0 else { throw ETLError.sourceIsEmpty(shown) }
        if !isSniffed { try sniff() }
        do { try inflater?.finish() } catch { throw ETLError.unreadable(file: shown, cause: error) }
        if kind == .parquet, tail != Self.parquetMagic || bytes < 12 {
            throw ETLError.sourceIncomplete(
                shown, expected: "a Parquet file, which ends in PAR1", got: "\(Self.spelled(tail)) at its end")
        }
        return hash.finalize().hexadecimal
    }

    /// Data formats are the business of whoever reads the file; pages and errors are never what was asked for.
    private mutating func sniff() throws {
        isSniffed = true
        let found = FormatSniffer.foreignFormat(start[...])
        switch found {
        case .html?, .xml?, .json?, .gitLFSPointer?:
            // Of a foreign text only what a terminal shows and cannot be misled by.
            let line = String(decoding: start.prefix(200), as: UTF8.self).prefix { !$0.isNewline }
            let shownLine = String(line.unicodeScalars.filter { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) })
            throw ETLError.sourceIsNoData(shown, found: found?.description ?? "", start: shownLine)
        default: break
        }
        if kind == .parquet, !start.starts(with: Self.parquetMagic) {
            throw ETLError.sourceIncomplete(
                shown, expected: "a Parquet file, which begins with PAR1",
                got: "\(Self.spelled(start.prefix(8))) at its start")
        }
        start = []
    }

    private mutating func inflate(_ chunk: [UInt8]) throws {
        guard let inflater else { return }
        inflater.push(chunk)
        do {
            while let plain = try inflater.pull() {
                guard refusesNestedGzip, !hasPlainBytes else { continue }
                hasPlainBytes = true
                guard !plain.starts(with: [0x1F, 0x8B]) else {
                    throw ETLError.sourceEncoding(shown, encoding: "gzip around a file that is gzip itself")
                }
            }
        } catch let error as GzipError {
            // A page that is shorter than what is needed to be sure of other kinds is still known as one.
            if !isSniffed { try sniff() }
            throw ETLError.unreadable(file: shown, cause: error)
        }
    }

    private static func spelled(_ bytes: some Sequence<UInt8>) -> String {
        let digits = bytes.map { [$0].hexadecimal }.joined(separator: " ")
        return digits.isEmpty ? "nothing" : "the bytes \(digits)"
    }
}

extension Sequence<UInt8> {
    /// Two lower-case hexadecimal digits for each byte.
    var hexadecimal: String {
        map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
