import CurlTransport
import Testing

struct CancellationTests {
    private func expectCancelled<T: Sendable>(_ task: Task<T, any Error>) async {
        let error = await #expect(throws: HTTPClientError.self) { try await task.value }
        guard case .cancelled = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test(arguments: [StubServer.Place.tcp, .unix])
    func closesTheConnectionWhileWaitingForTheHead(over place: StubServer.Place) async throws {
        let arrived = Signal()
        let closed = Signal()
        let server = try StubServer(place) { _, connection in
            arrived.raise()
            connection.awaitEnd()
            closed.raise()
        }
        defer { server.stop() }
        let client = HTTPClient()
        let task = Task { try await client.send(server.request()).status }
        await arrived.wait()
        task.cancel()
        await expectCancelled(task)
        await closed.wait()
    }

    @Test func closesTheConnectionWhileWaitingForAChunk() async throws {
        let closed = Signal()
        let reading = Signal()
        let server = try StubServer { _, connection in
            try connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n")
            connection.awaitEnd()
            closed.raise()
        }
        defer { server.stop() }
        let client = HTTPClient()
        let task = Task {
            for try await _ in try await client.send(server.request()).body { reading.raise() }
        }
        await reading.wait()
        task.cancel()
        await expectCancelled(task)
        await closed.wait()
    }

    @Test func closesTheConnectionWhenTheBodyIsDropped() async throws {
        let closed = Signal()
        let server = try StubServer { _, connection in
            try connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n")
            connection.awaitEnd()
            closed.raise()
        }
        defer { server.stop() }
        let client = HTTPClient()
        #expect(try await client.send(server.request()).status == 200)
        await closed.wait()
    }

    @Test func sendsNothingFromACancelledTask() async throws {
        let server = try StubServer { _, connection in try connection.respond() }
        defer { server.stop() }
        let client = HTTPClient()
        let cancelled = Signal()
        let task = Task {
            await cancelled.wait()
            return try await client.send(server.request()).status
        }
        task.cancel()
        cancelled.raise()
        await expectCancelled(task)
        #expect(server.requests.isEmpty)
    }

    @Test func cancelsTheClosureOfARequestBody() async throws {
        let asked = Signal()
        let ended = Signal()
        let server = try StubServer { _, connection in connection.awaitEnd() }
        defer { server.stop() }
        let client = HTTPClient()
        var request = server.request(.put, "/raw")
        request.body = .stream(length: 100) {
            asked.raise()
            do {
                try await Task.sleep(for: .seconds(3_600))
            } catch {
                ended.raise()
                throw error
            }
            return nil
        }
        let task = Task { [request] in try await client.send(request).status }
        await asked.wait()
        task.cancel()
        await expectCancelled(task)
        await ended.wait()
    }

    @Test func leavesOtherTransfersAlone() async throws {
        let arrived = Signal()
        let go = Signal()
        let server = try StubServer { request, connection in
            if request.target == "/stuck" {
                arrived.raise()
                connection.awaitEnd()
            } else {
                go.block()
                try connection.respond(200, [:], "fine")
            }
        }
        defer { server.stop() }
        let client = HTTPClient()
        let stuck = Task { try await client.send(server.request(.get, "/stuck")).status }
        let fine = Task { try await client.send(server.request()).body.collect(upTo: 4).count }
        await arrived.wait()
        stuck.cancel()
        await expectCancelled(stuck)
        go.raise()
        #expect(try await fine.value == 4)
    }
}
