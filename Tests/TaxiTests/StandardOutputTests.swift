import Foundation
import Glibc
import Testing

/// What becomes of what the program prints.
@Suite(.enabled(if: TaxiProcess.executable != nil, "the taxi program is not built beside the tests"))
struct StandardOutputTests {
    private func run(
        _ arguments: [String], to output: FileHandle
    ) throws -> (reason: Process.TerminationReason, code: Int32, errors: String) {
        let process = Process()
        process.executableURL = URL(filePath: try #require(TaxiProcess.executable))
        process.arguments = arguments
        process.standardOutput = output
        let errors = Pipe()
        process.standardError = errors
        try process.run()
        let told = try errors.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationReason, process.terminationStatus, String(decoding: told, as: UTF8.self))
    }

    @Test(arguments: [["flows"], ["flows", "--output", "json"], ["describe"], ["describe", "--json"], ["--help"]])
    func aFullDiskIsAnError(arguments: [String]) throws {
        let full = try #require(FileHandle(forWritingAtPath: "/dev/full"))
        let ending = try run(arguments, to: full)
        #expect(ending.reason == .exit && ending.code == 1)
        #expect(ending.errors == "Error: cannot write to standard output: No space left on device\n")
    }

    @Test func theFilesOfASampleAreThereThoughItsSummaryIsNot() throws {
        let folder = try TemporaryFolder()
        let file = folder.url.appending(path: "green_tripdata_2020-07.csv").path
        let full = try #require(FileHandle(forWritingAtPath: "/dev/full"))
        let ending = try run(["sample", "--rows", "3", "--out", file], to: full)
        #expect(ending.code == 1)
        #expect(try String(contentsOfFile: file, encoding: .utf8).split(whereSeparator: \.isNewline).count == 4)
    }

    @Test(arguments: [["flows"], ["describe", "--json"]])
    func aReaderWhoHasGoneIsNone(arguments: [String]) throws {
        let pipe = Pipe()
        try pipe.fileHandleForReading.close()
        let ending = try run(arguments, to: pipe.fileHandleForWriting)
        #expect(
            ending.reason == .uncaughtSignal && ending.code == SIGPIPE || ending.reason == .exit && ending.code == 141)
        #expect(ending.errors == "")
    }
}
