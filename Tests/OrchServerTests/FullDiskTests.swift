import Foundation
import OrchClient
import OrchModel
import Testing

@testable import OrchServer

/// A controller whose disk has no room left: what it refuses, and that nothing is lost once there is room.
@Suite(.enabled(if: SmallDisk.isPossible, "needs root, to mount a small file system"), .timeLimit(.minutes(10)))
struct FullDiskTests {
    @Test func whatAFullDiskRefusesIsTakenOnceThereIsRoom() async throws {
        try await SmallDisk.with(megabytes: 4) { disk in
            try await ServedControllers.with([try await ServerFixture.open(disk.folder)]) { served in
                let (controller, url) = (served.controllers[0], served.urls[0])
                let admin = OrchClient(url: url, token: controller.adminToken, http: served.http)
                let agent = OrchClient(url: url, token: controller.agentToken, http: served.http)
                _ = try await admin.deploy(ServerFixture.deployment())
                let run = try await admin.createRun(
                    FlowRunRequest(deployment: "docker-flow", parameters: ["color": "yellow"])
                ).run
                let poll = WorkPoll(agent: ServerFixture.agentInfo(), capacity: 1, waitSeconds: 5)
                let claimed = try #require(try await agent.poll(poll).runs.first)

                var noise = SystemRandomNumberGenerator()
                func report(_ number: Int64) -> AttemptReport {
                    // Cannot be packed into less.
                    let text = (0..<4096).map { _ in String(UInt64.random(in: 0 ... .max, using: &noise), radix: 36) }
                    var report = AttemptReport(token: claimed.token)
                    report.records = [ServerFixture.line(number, text.joined())]
                    return report
                }
                var taken: Int64 = 0
                var refused: AttemptReport?
                while refused == nil, taken < 500 {
                    let next = report(taken + 1)
                    do {
                        try await agent.report(run: run.id, attempt: 1, next)
                        taken += 1
                    } catch OrchClientError.fault(let status, let fault) {
                        #expect(status == 503)
                        #expect(fault.message.contains("is full: nothing was changed; make room and try again"))
                        refused = next
                    }
                }
                let last = try #require(refused, "the disk did not fill up")
                // What is there can be read all the while.
                #expect(try await admin.run("\(run.id)").state.type == .pending)

                try disk.grow(toMegabytes: 64)
                try await agent.report(run: run.id, attempt: 1, last)
                var end = report(taken + 2)
                end.state = ServerFixture.state(.running)
                try await agent.report(run: run.id, attempt: 1, end)
                let page = try await admin.logs(of: "\(run.id)", limit: 10_000)
                #expect(page.records.filter { $0.source == .flow }.map(\.sequence) == Array(1...taken + 2))
                let sent = page.records.filter { $0.source == .flow && $0.sequence == last.records[0].sequence }
                #expect(sent.map(\.message) == last.records.map(\.message))
            }
        }
    }
}

/// A file system in memory of a given size, with a folder of its own.
private struct SmallDisk {
    let folder: String

    static var isPossible: Bool { getuid() == 0 && FileManager.default.isExecutableFile(atPath: "/bin/mount") }

    static func with(megabytes: Int, _ body: (SmallDisk) async throws -> Void) async throws {
        try await TemporaryFolder.with { folder in
            let disk = SmallDisk(folder: folder)
            try run("/bin/mount", "-t", "tmpfs", "-o", "size=\(megabytes)m,mode=0700", "tmpfs", folder)
            do { try await body(disk) } catch {
                try run("/bin/umount", "--lazy", folder)
                throw error
            }
            try run("/bin/umount", "--lazy", folder)
        }
    }

    func grow(toMegabytes megabytes: Int) throws {
        try Self.run("/bin/mount", "-o", "remount,size=\(megabytes)m", folder)
    }

    private static func run(_ program: String, _ arguments: String...) throws {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(description: "\(program) \(arguments.joined(separator: " ")) failed")
        }
    }

    private struct Failure: Error, CustomStringConvertible {
        var description: String
    }
}
