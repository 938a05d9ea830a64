import Foundation
import TestSupport
import Testing

@testable import OrchETL

/// A Parquet file with values that no column can hold, one of each kind in a row of its own, and times that it calls UTC.
struct BadValueTests {
    private let folder: TemporaryFolder
    private let source: String
    private let dataset: TaxiDataset

    init() throws {
        folder = try TemporaryFolder()
        source = folder.file("in.parquet")
        let corpus = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Fuzz/corpus/parquet/pyarrow-bad-values")
        try FileManager.default.copyItem(at: corpus, to: URL(fileURLWithPath: source))
        dataset = try TaxiDataset(color: .green, year: 2020, month: 7)
    }

    private func convert(_ options: TripOptions) async throws -> ConversionFigures {
        try await dataset.writeParquet(
            from: source, to: folder.file("out.parquet"), provenance: Provenance(source: source, runID: "run-1"),
            options: options)
    }

    private func options(_ badRecords: OrchETL.BadRecordPolicy, _ drift: DriftPolicy = .evolve) -> TripOptions {
        var options = TripOptions()
        options.badRecords = badRecords
        options.rejects = folder.file("rejects.csv")
        options.drift = drift
        return options
    }

    @Test func rejectLeavesThoseRowsOutAndSaysWhy() async throws {
        let figures = try await convert(options(.reject))
        #expect(figures.rejectedRecords == 5)
        #expect(figures.rows.kept == 3)
        #expect(figures.drift.counts.nanValues == 2)
        let rejects = try String(contentsOfFile: folder.file("rejects.csv"), encoding: .utf8).split(separator: "\n")
        #expect(
            rejects.map { $0.split(separator: ",").prefix(3).joined(separator: " ") } == [
                "line byte column", "2 \"VendorID\" \"expected a whole number",
                "3 \"lpep_dropoff_datetime\" \"expected a time such as 2020-07-01 00:05:18",
                "4 \"store_and_fwd_flag\" \"expected UTF-8 text", "5 \"total_amount\" \"expected a number",
                "7 \"undeclared\" \"expected a whole number",
            ])
    }

    @Test func nullReadsThemAsNULL() async throws {
        let figures = try await convert(options(.null))
        #expect(figures.rows.kept == 8)
        #expect(figures.drift.counts.nulledValues == 5)
        #expect(figures.rejectedRecords == 0)
        #expect(try folder.names.sorted() == ["in.parquet", "out.parquet"])
    }

    @Test func failNamesTheFirst() async throws {
        await #expect {
            _ = try await convert(options(.fail))
        } throws: { error in
            guard case ETLError.unreadable = error else { return false }
            return "\(error)".contains(
                "In row 2, column VendorID: expected a whole number, got \"9223372036854775813\"")
        }
        #expect(try folder.names == ["in.parquet"])
    }

    /// With them the column is not read at all.
    @Test func anUndeclaredColumnThatIsLeftOutHasNoBadValues() async throws {
        let figures = try await convert(options(.reject, .warn))
        #expect(figures.rejectedRecords == 4)
    }

    @Test func timesCalledUTCAreReportedAndRefusedUnderFail() async throws {
        let drift = try await convert(options(.null)).drift
        #expect(drift.adjustedToUTC == ["lpep_pickup_datetime"])
        #expect(drift.ofUnsaidClock == [])
        #expect(drift.outOfRange == [])
        #expect(
            drift.summary.contains { $0.hasPrefix("The file calls its times adjusted to UTC in lpep_pickup_datetime.") }
        )
        #expect(
            drift.summary.contains(
                "Column nested cannot be loaded and is left out: it is nested (a struct, list or map)."))
        await #expect {
            _ = try await convert(options(.null, .fail))
        } throws: { error in
            guard case ETLError.drift(_, let findings) = error else { return false }
            return findings.contains { $0.contains("adjusted to UTC") }
        }
    }
}
