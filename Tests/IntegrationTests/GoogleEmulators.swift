import CurlTransport
import Foundation
import Synchronization
import TestSupport

/// The two emulators as processes of one test, on ports and in a folder of their own.
final class GoogleEmulators: Sendable {
    /// The Python that has the emulators and Google's clients, from `ORCH_TEST_PYTHON`.
    static let python = ProcessInfo.processInfo.environment["ORCH_TEST_PYTHON"]
    /// Whether a missing part is a failure instead of a skip.
    static let isCI = ProcessInfo.processInfo.environment["CI"] != nil

    enum Failure: Error, CustomStringConvertible {
        case noPython
        case ended(String, log: String)
        case notReady(String, log: String)
        case judge([String], status: Int32)

        var description: String {
            switch self {
            case .noPython:
                "ORCH_TEST_PYTHON is not set: name a python that has gcp-storage-emulator, bqemulator, "
                    + "google-cloud-storage, google-cloud-bigquery and pyarrow"
            case .ended(let name, let log): "\(name) ended at once: \(log)"
            case .notReady(let name, let log): "\(name) did not become ready: \(log)"
            case .judge(let arguments, let status): "the judge \(arguments) ended with \(status)"
            }
        }
    }

    let folder: URL
    let storage: String
    let bigQuery: String
    private let python: String
    private let processes: Mutex<[Process]>

    /// Starts both, and returns when both answer. A port that was free may be somebody's by then: others are tried.
    static func started() async throws -> GoogleEmulators {
        try await FreePort.trying { port in
            do {
                return try await GoogleEmulators(ports: (port, try FreePort.find()))
            } catch Failure.ended(_, let log) where log.lowercased().contains("address already in use") {
                throw FreePort.Taken(port: port)
            }
        }
    }

    private init(ports: (Int, Int)) async throws {
        guard let python = Self.python else { throw Failure.noPython }
        self.python = python
        let folder = FileManager.default.temporaryDirectory.appending(path: "google-emulators-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        self.folder = folder
        storage = "http://127.0.0.1:\(ports.0)"
        bigQuery = "http://127.0.0.1:\(ports.1)"
        processes = Mutex([])

        // DuckDB looks for its extensions in HOME.
        let install = "from duckdb_extensions import import_extension; import_extension('spatial')"
        _ = try run([python, "-c", install])
        let bin = URL(filePath: python).deletingLastPathComponent().path
        try start(
            "gcs",
            [
                "\(bin)/gcp-storage-emulator", "-d", folder.path, "start",
                "--host", "127.0.0.1", "--port", "\(ports.0)",
            ])
        try start(
            "bigquery",
            [
                "\(bin)/bqemulator", "start", "--persistent", "--data-dir", "\(folder.path)/bigquery",
                "--rest-port", "\(ports.1)", "--grpc-port", "0", "--log-level", "warning",
            ])
        do {
            try await untilReady("gcs", url: "\(storage)/")
            try await untilReady("bigquery", url: "\(bigQuery)/readyz")
        } catch {
            stop()
            throw error
        }
    }

    /// Ends both and removes their folder.
    func stop() {
        processes.withLock { processes in
            for process in processes where process.isRunning {
                // Other signals are blocked in children of a thread that blocks them, as the pool's threads do.
                kill(process.processIdentifier, SIGKILL)
                process.waitUntilExit()
            }
            processes = []
        }
        try? FileManager.default.removeItem(at: folder)
    }

    /// Asks the judge, a script beside this file, and decodes its answer.
    func judge<Answer: Decodable>(_ type: Answer.Type, _ arguments: String...) throws -> Answer {
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Judges/google_clients.py")
        return try JSONDecoder().decode(type, from: try run([python, script.path] + arguments))
    }

    /// A month of trips: the real one where the test data lies beside the package, else one of pyarrow's making.
    func trips() throws -> String {
        let root = URL(filePath: #filePath).appending(path: "../../..").standardizedFileURL
        let real = root.appending(path: "../shared/data/green_tripdata_2021-01.parquet").standardizedFileURL.path
        guard !FileManager.default.fileExists(atPath: real) else { return real }
        let made = folder.appending(path: "trips.parquet").path
        _ = try judge([String: String].self, "make", made)
        return made
    }

    private func run(_ command: [String]) throws -> Data {
        let process = process(command)
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure.judge(Array(command.dropFirst()), status: process.terminationStatus)
        }
        return data
    }

    private func start(_ name: String, _ command: [String]) throws {
        let process = process(command)
        try Data().write(to: log(name))
        let log = try FileHandle(forWritingTo: log(name))
        process.standardOutput = log
        process.standardError = log
        try process.run()
        processes.withLock { $0.append(process) }
    }

    private func process(_ command: [String]) -> Process {
        let process = Process()
        process.executableURL = URL(filePath: command[0])
        process.arguments = Array(command.dropFirst())
        process.standardInput = FileHandle.nullDevice
        process.currentDirectoryURL = folder
        process.environment = ProcessInfo.processInfo.environment.merging([
            "HOME": folder.path, "BQEMU_GCS_LOCAL_ROOT": "\(folder.path)/.cloudstorage",
            "BQEMU_ENABLE_FORMAT_EXTENSIONS": "false", "PYTHONUNBUFFERED": "1",
        ]) { $1 }
        return process
    }

    private func untilReady(_ name: String, url: String) async throws {
        let http = HTTPClient()
        defer { http.shutdown() }
        let deadline = ContinuousClock.now.advanced(by: .seconds(120))
        while ContinuousClock.now < deadline {
            if let response = try? await http.send(HTTPRequest(url: url)), response.status == 200 { return }
            guard processes.withLock({ $0.allSatisfy(\.isRunning) }) else {
                throw Failure.ended(name, log: logged(name))
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw Failure.notReady(name, log: logged(name))
    }

    private func log(_ name: String) -> URL {
        folder.appending(path: "\(name).log")
    }

    private func logged(_ name: String) -> String {
        (try? String(contentsOf: log(name), encoding: .utf8)).map { String($0.suffix(2000)) } ?? "no log"
    }
}
