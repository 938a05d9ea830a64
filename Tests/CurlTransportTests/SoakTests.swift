import CurlTransport
import Foundation
import Testing

struct SoakTests {
    /// Runs in a process of its own, where nobody else opens files or starts threads.
    @Test func thousandsOfRequestsLeaveNothingBehind() async {
        await #expect(processExitsWith: .success) {
            do {
                let server = try StubServer(.unix) { request, connection in
                    if request.target == "/cut" { throw StubFailure.closed }
                    try connection.respond(200, [:], String(repeating: "x", count: 5_000))
                }
                // What the runtime opens at first use, such as its timer, is there before the count starts.
                try await Task.sleep(for: .milliseconds(1))
                // So are the arenas of the threads that serve.
                for _ in 0..<10 { try await Soak.run(requests: 100, against: server) }
                let before = Soak.Usage(descriptors: try Soak.usage().descriptors, threads: 0)
                let memory = try Soak.residentBytes()
                for _ in 0..<20 { try await Soak.run(requests: 100, against: server) }
                // What leaks does so in each of the twenty; the runtime may open one more for itself.
                try await Soak.settle(at: Soak.Usage(descriptors: before.descriptors + 5, threads: 0))
                let growth = try Soak.residentBytes() - memory
                guard growth < 8 << 20 else { throw Soak.Leak(what: "\(growth) bytes of memory") }
                server.stop()
            } catch {
                Issue.record("\(error)")
            }
        }
    }
}

enum Soak {
    struct Leak: Error { let what: String }
    /// Open descriptors, and threads that clients started: those that they start themselves carry their name.
    struct Usage: Equatable { var descriptors: Int, threads: Int }

    static func usage() throws -> Usage {
        let files = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
        let threads = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").filter { thread in
            // A thread may end between the listing and the look at its name.
            let name = try? String(contentsOfFile: "/proc/self/task/\(thread)/comm", encoding: .utf8)
            return name?.hasPrefix("orch-curl") == true
        }
        return Usage(descriptors: files, threads: threads.count)
    }

    static func residentBytes() throws -> Int {
        let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
        return (Int(pages[1]) ?? 0) * 4_096
    }

    /// Waits until descriptors and threads are back; gives up after 100 s.
    static func settle(at wanted: Usage) async throws {
        for _ in 0..<10_000 {
            let now = try usage()
            if now.descriptors <= wanted.descriptors, now.threads <= wanted.threads { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw Leak(what: "\(try usage()) instead of \(wanted)")
    }

    /// Complete, cut, cancelled and dropped exchanges, by a client of their own.
    static func run(requests: Int, against server: StubServer) async throws {
        let baseline = try usage()
        guard baseline.threads == 0 else { throw Leak(what: "\(baseline)") }
        let client = HTTPClient()
        for number in 0..<requests {
            switch number % 10 {
            case 0:
                do {
                    _ = try await client.send(server.request(.get, "/cut"))
                    throw Leak(what: "no error where the server cuts")
                } catch is HTTPClientError {
                    continue
                }
            case 1:
                let task = Task { try await client.send(server.request()).status }
                task.cancel()
                _ = await task.result
            case 2:
                _ = try await client.send(server.request()).status
            case 3:
                var request = server.request(.put)
                request.body = .stream(length: nil) { nil }
                _ = try await client.send(request).body.collect(upTo: 5_000)
            default:
                let body = try await client.send(server.request()).body.collect(upTo: 5_000)
                guard body.count == 5_000 else { throw Leak(what: "\(body.count) bytes instead of 5000") }
            }
        }
        guard try usage().threads == 1 else { throw Leak(what: "no thread was counted while a client lived") }
        client.shutdown()
        try await settle(at: Usage(descriptors: baseline.descriptors + 1, threads: 0))
    }
}
