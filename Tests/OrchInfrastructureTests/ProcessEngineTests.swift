import Foundation
import OrchModel
import Testing

@testable import OrchInfrastructure

/// What folders of processes show, without a supervisor.
struct ProcessEngineTests {
    private final class Bench {
        let root = FileManager.default.temporaryDirectory.appending(path: "orch-processes-\(UUID())").path
        lazy var engine = ProcessEngine(
            root: root, supervisor: ["/nonexistent/supervisor"], host: "h", environment: ["PATH": "/usr/bin:/bin"])

        func spec(_ name: String = "orch-a-1", program: String = "sh") -> ContainerSpec {
            var spec = ContainerSpec.inert(name: name, image: program)
            spec.command = [program, "-c", "true"]
            spec.labels = ["l": "v"]
            spec.environment = ["SECRET": "canary"]
            return spec
        }

        deinit { try? FileManager.default.removeItem(atPath: root) }
    }

    @Test("a process that was created is found by its label, and no variable lies in its folder")
    func creation() async throws {
        let bench = Bench()
        let id = try await bench.engine.create(bench.spec())
        let found = try await bench.engine.list(label: "l", value: "v", sizes: true)
        #expect(found.map(\.id) == [id] && found.map(\.status) == [.created])
        #expect(try await bench.engine.list(label: "l", value: "w", sizes: false).isEmpty)
        let files = try FileManager.default.subpathsOfDirectory(atPath: bench.root)
        for file in files {
            let text = try? String(contentsOfFile: bench.root + "/" + file, encoding: .utf8)
            #expect(text?.contains("canary") != true, "\(file)")
        }
        let mode = try FileManager.default.attributesOfItem(atPath: bench.root + "/" + id)[.posixPermissions]
        #expect(mode as? Int == 0o700)
        try await bench.engine.remove(id, force: true)
        await #expect(throws: EngineFault.self) { try await bench.engine.inspect(id) }
        try await bench.engine.remove(id, force: true)
    }

    @Test("one that was created and never started is made anew by the next engine")
    func recreation() async throws {
        let bench = Bench()
        let id = try await bench.engine.create(bench.spec())
        let next = ProcessEngine(root: bench.root, supervisor: ["/x"], host: "h", environment: [:])
        #expect(try await next.inspect(id).status == .created)
        #expect(try await next.create(bench.spec(program: "/bin/sh")) == id)
    }

    @Test("a host that was started anew meanwhile, or a supervisor that was killed, leaves no exit code")
    func lostEnds() async throws {
        let bench = Bench()
        for (boot, words) in [("another", "started anew"), (ProcessFacts.boot(), "supervisor was killed")] {
            let id = try await bench.engine.create(bench.spec("orch-\(words.count)-1"))
            let folder = ProcessFolder(path: bench.root + "/" + id)
            try Data().write(to: URL(fileURLWithPath: folder.begun))
            // No process has that number, nor started at that time.
            let start = ProcessStart(process: 4_194_303, ticks: 1, boot: boot, at: .now())
            try folder.write(start, to: folder.started)
            let snapshot = try await bench.engine.inspect(id)
            #expect(snapshot.status == .exited && snapshot.lost?.contains(words) == true)
            #expect(try await bench.engine.exit(of: id, next: true).code() == 255)
            let end = TerminationReader.termination(of: snapshot, killedBy: nil)
            #expect(end.exitCode == nil && end.lostExitCode == true && end.reason?.contains(words) == true)
            await #expect(throws: EngineFault.self) { _ = try await bench.engine.create(bench.spec(id)) }
        }
    }

    @Test("a supervisor that cannot be started is said, and leaves a process that was never started")
    func noSupervisor() async throws {
        let bench = Bench()
        let id = try await bench.engine.create(bench.spec())
        do throws(EngineFault) {
            try await bench.engine.start(id)
            Issue.record("it started")
        } catch {
            #expect("\(error)" == "no supervisor can be started: /nonexistent/supervisor: No such file or directory")
        }
        #expect(try await bench.engine.inspect(id).status == .created)
    }

    @Test(
        "a program that is not there, or is none, is refused with what was looked for",
        arguments: [
            ("/nonexistent", "there is no program /nonexistent on the agent's host"),
            ("/etc/passwd", "/etc/passwd on the agent's host is no program: it may not be executed"),
            ("/usr", "/usr on the agent's host is no program: it may not be executed"),
            ("./taxi", "the program ./taxi: expected a whole path, or a name to be found in PATH"),
            ("nonexistent", "there is no program nonexistent in the PATH of the agent's host: /usr/bin:/bin"),
        ])
    func programs(program: String, message: String) async throws {
        let bench = Bench()
        do throws(EngineFault) {
            _ = try await bench.engine.create(bench.spec(program: program))
            Issue.record("it was taken")
        } catch {
            #expect("\(error)" == message)
        }
    }

    @Test("a full disk is named with what to do, and leaves no half of a folder", .enabled(if: getuid() == 0))
    func fullDisk() async throws {
        let bench = Bench()
        try FileManager.default.createDirectory(atPath: bench.root, withIntermediateDirectories: true)
        guard mount("tmpfs", bench.root, "tmpfs", UInt(MS_NOSUID), "size=64k") == 0 else { return }
        defer { umount2(bench.root, Int32(MNT_DETACH)) }
        _ = try? Data(count: 64 << 10).write(to: URL(fileURLWithPath: bench.root + "/full"))
        do throws(EngineFault) {
            _ = try await bench.engine.create(bench.spec())
            Issue.record("it was made")
        } catch {
            let expected =
                "the scratch folder \(bench.root)/orch-a-1 cannot be made: the disk that holds \(bench.root) is full: "
                + "make room on it, or start the agent with a data directory on another one (--agent-data)"
            #expect("\(error)" == expected)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: bench.root) == ["full"])
    }

    @Test("a file that cannot be written for another reason has the system's words")
    func otherFailures() {
        let error = #expect(throws: (any Error).self) { try Data().write(to: URL(fileURLWithPath: "/proc/nowhere/x")) }
        let reason = error.map { FileFailure.reason($0, at: "/proc/nowhere") }
        #expect(reason == "No such file or directory")
    }

    @Test("a folder that a process has locked itself out of is removed all the same")
    func stubbornFolders() async throws {
        let bench = Bench()
        let id = try await bench.engine.create(bench.spec())
        let inner = bench.root + "/" + id + "/work/a/b"
        try FileManager.default.createDirectory(atPath: inner, withIntermediateDirectories: true)
        chmod(inner, 0)
        chmod(bench.root + "/" + id + "/work/a", 0)
        try await bench.engine.remove(id, force: true)
        #expect(!FileManager.default.fileExists(atPath: bench.root + "/" + id))
    }
}
