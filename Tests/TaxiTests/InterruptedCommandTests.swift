import Foundation
import Glibc
import Testing
import Threads

/// What a command leaves that is ended in the middle.
@Suite(
    .enabled(if: TaxiProcess.executable != nil, "the taxi program is not built beside the tests"),
    .timeLimit(.minutes(15)))
struct InterruptedCommandTests {
    private static let header = "VendorID,lpep_pickup_datetime,passenger_count,total_amount,store_and_fwd_flag\n"
    private static let rows = "1,2020-07-01 00:00:00,1,1,N\nx,2020-07-01 00:00:00,1,1,N\n"

    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func path(_ name: String) -> String { folder.url.appending(path: name).path }

    private var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted() }
    }

    /// The source is a pipe that gives some rows and does not end, so that the signal comes in the middle.
    @Test(arguments: [SIGINT, SIGTERM])
    func aConversionThatIsEndedLeavesNothing(signal: Int32) async throws {
        let source = path("green_tripdata_2020-07.csv")
        try #require(mkfifo(source, 0o600) == 0)
        let arguments = [
            "convert", source, path("out.parquet"), "--bad-records", "reject", "--rejects", path("rejects.csv"),
        ]
        let folder = folder.url.path
        // On a thread of its own, as it waits for the other process all the time.
        let (status, told) = try await withCheckedThrowingContinuation { continuation in
            _ = DetachedThread.start(name: "test-interrupt") {
                continuation.resume(
                    with: Result { try Self.interrupt(arguments, reading: source, in: folder, with: signal) })
            }
        }
        #expect(status == 130)
        #expect(told == "Error: ended by \(signal == SIGINT ? "SIGINT" : "SIGTERM") before the work was done\n")
        #expect(try names == ["green_tripdata_2020-07.csv"])
    }

    private static func interrupt(
        _ arguments: [String], reading source: String, in folder: String, with signal: Int32
    ) throws -> (status: Int32, told: String) {
        let process = Process()
        process.executableURL = URL(filePath: try #require(TaxiProcess.executable))
        process.arguments = arguments
        let errors = Pipe()
        process.standardError = errors
        try process.run()
        let pipe = try #require(FileHandle(forWritingAtPath: source))
        try pipe.write(contentsOf: Data((header + String(repeating: rows, count: 60_000)).utf8))
        // Both files are begun, and neither is done.
        while try FileManager.default.contentsOfDirectory(atPath: folder).count(where: { $0.hasSuffix(".part") }) < 2,
            process.isRunning
        {
            sched_yield()
        }
        kill(process.processIdentifier, signal)
        process.waitUntilExit()
        try pipe.close()
        let told = String(decoding: try errors.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        return (process.terminationStatus, told)
    }
}
