import Foundation
import TestSupport
import Testing

@testable import OrchETL

/// Months that must not take the place of what is there, and what is left of an attempt.
struct RefusedMonthTests {
    private static let header = "VendorID,lpep_pickup_datetime,passenger_count,total_amount,store_and_fwd_flag\n"
    private let folder: TemporaryFolder
    private let dataset: TaxiDataset

    init() throws {
        folder = try TemporaryFolder()
        dataset = try TaxiDataset(color: .green, year: 2020, month: 7)
        _ = try folder.write("old", as: "out.parquet")
    }

    private func convert(_ rows: String, _ change: (inout TripOptions) -> Void = { _ in }) async throws {
        var options = TripOptions()
        options.badRecords = .reject
        options.rejects = folder.file("rejects.csv")
        change(&options)
        let csv = try folder.write(Self.header + rows, as: "in.csv")
        _ = try await dataset.writeParquet(
            from: csv, to: folder.file("out.parquet"), provenance: Provenance(source: csv, runID: "run-1"),
            options: options)
    }

    private var output: String? { try? String(contentsOfFile: folder.file("out.parquet"), encoding: .utf8) }

    @Test func aMonthWhoseRowsAreAllRejectedReplacesNothingAndTheRejectsStay() async throws {
        await #expect {
            try await convert("x,2020-07-01 00:00:00,1,1,N\n1,yesterday,1,1,N\n")
        } throws: { error in
            guard case ETLError.nothingLeft(_, rejected: 2, dropped: 0, let rejects) = error else { return false }
            return rejects == folder.file("rejects.csv") && "\(error)".contains("Nothing is left of the 2 rows")
        }
        #expect(output == "old")
        #expect(try folder.names.sorted() == ["in.csv", "out.parquet", "rejects.csv"])
        #expect(
            try String(contentsOfFile: folder.file("rejects.csv"), encoding: .utf8).split(separator: "\n").count == 3)
    }

    @Test func aMonthWhoseTripsAllLackPassengersReplacesNothing() async throws {
        await #expect {
            try await convert("1,2020-07-01 00:00:00,0,1,N\n") { $0.dropsEmptyTrips = true }
        } throws: { error in
            guard case ETLError.nothingLeft(_, rejected: 0, dropped: 1, _) = error else { return false }
            return "\(error)".contains("1 had no passengers")
        }
        #expect(output == "old")
    }

    @Test(arguments: [DriftPolicy.evolve, .warn, .fail])
    func aMonthWithoutAnyPickupTimeIsRefused(drift: DriftPolicy) async throws {
        await #expect {
            try await convert("1,,1,1,N\n2,,1,1,N\n") { $0.drift = drift }
        } throws: { error in
            // Under fail the columns that this small file lacks are reason enough.
            if case ETLError.drift = error { return drift == .fail }
            guard case ETLError.noTimes(_, column: "lpep_pickup_datetime", rows: 2) = error else { return false }
            return true
        }
        #expect(output == "old")
    }

    @Test func aFileOfAnotherMonthReplacesNothingUnlessThatIsWanted() async throws {
        let rows = "1,2020-08-02 00:00:00,1,1,N\n1,2020-08-03 00:00:00,1,1,N\n1,2020-07-03 00:00:00,1,1,N\n"
        let file = folder.file("in.csv")
        await #expect {
            try await convert(rows)
        } throws: { error in
            guard case ETLError.anotherMonth(_, _, found: "2020-08", rows: 2, of: 3) = error else { return false }
            return "\(error)"
                == "Expected trips of 2020-07 in \(file), got a file of 2020-08: 2 of its 3 rows are of that month. What "
                + "was loaded before stays as it is. Pass 2020-08 as year and month, or choose the drift policy warn "
                + "(drift=warn) to take it as 2020-07 all the same."
        }
        #expect(output == "old")
        try await convert(rows) { $0.drift = .warn }
        #expect(output != "old")
    }

    @Test func aFileOfSeveralMonthsIsNoOtherMonths() async throws {
        try await convert("1,2020-08-02 00:00:00,1,1,N\n1,2020-09-03 00:00:00,1,1,N\n1,2020-10-03 00:00:00,1,1,N\n")
        #expect(output != "old")
    }

    @Test func rejectsOfAnEarlierReadingGoWithTheNext() async throws {
        try await convert("x,2020-07-01 00:00:00,1,1,N\n1,2020-07-01 00:00:00,1,1,N\n")
        #expect(try folder.names.sorted() == ["in.csv", "out.parquet", "rejects.csv"])
        try await convert("1,2020-07-01 00:00:00,1,1,N\n")
        #expect(try folder.names.sorted() == ["in.csv", "out.parquet"])
        // What is none of ours stays.
        _ = try folder.write("a letter", as: "rejects.csv")
        try await convert("1,2020-07-01 00:00:00,1,1,N\n")
        #expect(try String(contentsOfFile: folder.file("rejects.csv"), encoding: .utf8) == "a letter")
    }

    /// The threads that read may outlive the conversion, and with them a half of the file of rejects.
    @Test func anErrorLeavesNoHalfOfTheRejects() async throws {
        let bad = String(repeating: "x,2020-07-01 00:00:00,1,1,N\n", count: 100_000)
        await #expect(throws: ETLError.self) {
            try await convert(bad + "\"never closed") { options in
                let rejects = folder.file("rejects.csv")
                options.progress = { _, _ in
                    // From the first block on the file of rejects has no folder to be given its name in.
                    try? FileManager.default.createDirectory(atPath: rejects, withIntermediateDirectories: false)
                }
            }
        }
        #expect(try folder.names.sorted() == ["in.csv", "out.parquet", "rejects.csv"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file("rejects.csv")) == [])
        #expect(output == "old")
    }

    @Test func rowsAndRejectsNeedTwoFilesAndNeitherIsTheSource() async throws {
        let row = "1,2020-07-01 00:00:00,1,1,N\n"
        await #expect {
            try await convert(row) { $0.rejects = folder.file("out.parquet") }
        } throws: { error in
            if case ETLError.sameTarget = error { true } else { false }
        }
        await #expect {
            try await convert(row) { $0.rejects = folder.file("in.csv") }
        } throws: { error in
            if case ETLError.sourceIsTarget = error { true } else { false }
        }
        #expect(output == "old")
    }

    /// Replaced by a rename, the superuser's /dev/stdout would be a file from then on.
    @Test func aLinkToADeviceIsNotReplaced() throws {
        let link = folder.file("stdout")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "/dev/null")
        #expect {
            _ = try AtomicFile(link)
        } throws: { error in
            if case ETLError.notRegular = error { true } else { false }
        }
    }
}
