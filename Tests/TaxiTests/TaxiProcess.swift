import FoundationEssentials
import Glibc
import Threads

@testable import Orch

/// The built `taxi` program, run as its users run it.
struct TaxiProcess {
    /// What a run of the program left.
    struct Ending {
        /// The exit code, or the signal that ended it as a negative number.
        var code: Int32
        var output: [UInt8]
        var errors: String

        var text: String { String(decoding: output, as: UTF8.self) }
    }

    /// Where the build put the program; `nil` where it did not build one.
    static let executable: String? = {
        let folder = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        return ["taxi", "Taxi"].map { folder.appending(path: $0).path }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }()

    /// Runs the program to its end.
    ///
    /// - Parameters:
    ///   - arguments: the command line.
    ///   - environment: the whole environment.
    ///   - signal: is sent to the program as soon as `text` is in its output.
    static func run(
        _ arguments: [String], environment: [String: String] = [:], signal: Int32 = SIGTERM, after text: String? = nil
    ) async throws -> Ending {
        let (output, errors) = (try Descriptor.pipe(), try Descriptor.pipe())
        let process: pid_t
        do {
            defer {
                close(output.write)
                close(errors.write)
            }
            process = try spawn(arguments, environment, output: output.write, errors: errors.write)
        }
        return try await withCheckedThrowingContinuation { continuation in
            let code = DetachedThread.start(name: "test-taxi") {
                var (outputBytes, errorBytes): ([UInt8], [UInt8]) = ([], [])
                var waitsForText = text != nil
                var polled = [output.read, errors.read].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
                while polled.contains(where: { $0.fd >= 0 }) {
                    poll(&polled, 2, -1)
                    append(&polled[0], to: &outputBytes)
                    append(&polled[1], to: &errorBytes)
                    if waitsForText, let text, String(decoding: outputBytes, as: UTF8.self).contains(text) {
                        kill(process, signal)
                        waitsForText = false
                    }
                }
                var status: Int32 = 0
                waitpid(process, &status, 0)
                let code = status & 0x7F == 0 ? status >> 8 & 0xFF : -(status & 0x7F)
                let errors = String(decoding: errorBytes, as: UTF8.self)
                continuation.resume(returning: Ending(code: code, output: outputBytes, errors: errors))
            }
            if code != 0 {
                continuation.resume(
                    throwing: OrchError.system(call: "pthread_create", reason: String(cString: strerror(code))))
            }
        }
    }

    /// Reads what is there; at the end closes the descriptor and takes it out of the poll.
    private static func append(_ polled: inout pollfd, to bytes: inout [UInt8]) {
        guard polled.fd >= 0, polled.revents != 0 else { return }
        if let read = Descriptor.read(polled.fd, atMost: 65_536) {
            bytes += read
        } else {
            close(polled.fd)
            polled.fd = -1
        }
    }

    private static func spawn(
        _ arguments: [String], _ environment: [String: String], output: Int32, errors: Int32
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_adddup2(&actions, errors, 2)
        let program = executable ?? ""
        let argv = ([program] + arguments).map { strdup($0) } + [nil]
        let envp = environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { for text in argv + envp { free(text) } }
        var process = pid_t()
        let code = posix_spawn(&process, program, &actions, nil, argv, envp)
        guard code == 0 else {
            throw OrchError.system(call: "posix_spawn \(program)", reason: String(cString: strerror(code)))
        }
        return process
    }
}
