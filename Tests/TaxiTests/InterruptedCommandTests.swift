import Foundation
import Glibc
import Testing

/// What a command leaves that is ended in the middle.
@Suite(
    .enabled(if: TaxiProcess.executable != nil, "the taxi program is not built beside the tests"),
    .timeLimit(.minutes(2)))
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
        let process = Process()
        process.executableURL = URL(filePath: try #require(TaxiProcess.executable))
        process.arguments = [
            "convert", source, path("out.parquet"), "--bad-records", "reject", "--rejects", path("rejects.csv"),
        ]
        let errors = Pipe()
        process.standardError = errors
        try process.run()
        let pipe = try #require(FileHandle(forWritingAtPath: source))
        try pipe.write(contentsOf: Data((Self.header + String(repeating: Self.rows, count: 200_000)).utf8))
        // Both files are begun, and neither is done.
        while try names.count(where: { $0.hasSuffix(".part") }) < 2, process.isRunning { await Task.yield() }
        kill(process.processIdentifier, signal)
        process.waitUntilExit()
        try pipe.close()
        let told = String(decoding: try errors.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        #expect(process.terminationReason == .exit && process.terminationStatus == 130, "\(told)")
        #expect(told == "Error: ended by \(signal == SIGINT ? "SIGINT" : "SIGTERM") before the work was done\n")
        #expect(try names == ["green_tripdata_2020-07.csv"])
    }
}
