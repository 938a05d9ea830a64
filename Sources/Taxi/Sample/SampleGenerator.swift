import OrchETL
import TableFormats

/// Invents a month of trips in the shape of the published files: their columns and number formats, CRLF, a block of
/// blanks at the end, trips without passengers, dates far off. The same month always gives the same bytes.
struct SampleGenerator {
    /// Why no sample can be made.
    enum Failure: Error, CustomStringConvertible {
        /// There is no such colour.
        case unknownColor(String)
        /// A file cannot have so many rows.
        case invalidRows(Int)

        var description: String {
            switch self {
            case .unknownColor(let name):
                "Expected a colour: \(TaxiColor.allCases.map(\.rawValue).joined(separator: ", ")); got \"\(name)\"."
            case .invalidRows(let rows):
                "Expected a number of rows from 0 on, got \(rows)."
            }
        }
    }

    /// Bytes of one chunk, about.
    private static let chunkBytes = 1 << 18

    /// How many rows the file has, the header not counted.
    let rowCount: Int

    private let volume: SampleVolume
    private var metered: SampleTripMaker
    private var blank: SampleTripMaker
    private var writer: SampleRowWriter
    private var random: SampleRandom
    private var written = 0
    private var hasHeader = false
    /// The trip whose refund was written last.
    private var refunded: SampleTrip?

    /// A generator of one month.
    /// - Parameters:
    ///   - color: `yellow`, `green`, `fhv` or `fhvhv`.
    ///   - rows: how many rows; nil for about as many as the month really has.
    /// - Throws: `Failure`, `ETLError.invalidMonth`.
    init(color: String, year: Int, month: Int, rows: Int? = nil) throws {
        guard let color = TaxiColor(rawValue: color) else { throw Failure.unknownColor(color) }
        if let rows, rows < 0 { throw Failure.invalidRows(rows) }
        let month = try FileMonth(year: year, month: month).month
        volume = SampleVolume(color, year: year, month: month, rows: rows)
        rowCount = volume.rows
        let meteredRows = volume.rows - volume.blank
        metered = SampleTripMaker(color, year: year, month: month, rows: max(meteredRows, 1), part: 1)
        blank = SampleTripMaker(color, year: year, month: month, rows: max(volume.blank, 1), part: 2)
        writer = SampleRowWriter(color, year: year)
        random = SampleRandom(seed: UInt64(year << 8 | month))
    }

    /// The next bytes of the file, or nil after the last.
    mutating func nextChunk() -> [UInt8]? {
        if !hasHeader {
            hasHeader = true
            writer.writeHeader()
        }
        while written < volume.rows, writer.bytes.count < Self.chunkBytes {
            writer.write(nextTrip())
            written += 1
        }
        let chunk = writer.take()
        return chunk.isEmpty ? nil : chunk
    }

    private mutating func nextTrip() -> SampleTrip {
        let meteredRows = volume.rows - volume.blank
        guard written < meteredRows else { return blank.blank() }
        // Evenly spread, so that their number is exact.
        let isZero = (written + 1) * volume.zero / meteredRows > written * volume.zero / meteredRows
        if let trip = refunded, !isZero {
            refunded = nil
            return trip
        }
        let trip = metered.metered(zeroPassengers: isZero)
        // A trip is taken back by a record of the same trip with negative amounts, and recorded anew.
        guard !isZero, trip.vendor == 2, random.chance(30) else { return trip }
        refunded = trip
        return trip.refund
    }

    /// Writes a month to a file, gzip (without a time in its header) where the name ends in `.gz`. The file appears
    /// whole or not at all.
    /// - Returns: the number of rows, the header not counted.
    /// - Throws: `Failure`, `ETLError`.
    static func write(color: String, year: Int, month: Int, rows: Int?, to path: String) throws -> Int {
        var generator = try SampleGenerator(color: color, year: year, month: month, rows: rows)
        let file = try AtomicFile(path)
        let deflater = path.lowercased().hasSuffix(".gz") ? try GzipDeflater() : nil
        while let chunk = generator.nextChunk() {
            try Task.checkCancellation()
            try file.write(try deflater?.compress(chunk) ?? chunk)
        }
        if let deflater { try file.write(try deflater.finish()) }
        try file.commit()
        return generator.rowCount
    }
}
