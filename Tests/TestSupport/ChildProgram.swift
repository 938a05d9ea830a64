package import Foundation
import Testing

/// Runs other programs for tests. Foundation's `Process` is no choice here: it loses ends where many tests start
/// programs at once, and reads the environment of the whole process.
package enum ChildProgram {
    /// What a program left.
    package struct Ending: Sendable {
        /// The exit code, or the signal that ended it as a negative number.
        package let code: Int32
        /// What it wrote to its output.
        package let output: Data
        /// What it wrote to its error output.
        package let errors: String
    }

    /// Runs a program of the PATH to its end. It blocks.
    package static func run(_ command: [String]) throws -> Ending {
        let folder = try TemporaryFolder()
        let (output, errors) = (folder.file("output"), folder.file("errors"))
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT, 0o600)
        let arguments = command.map { strdup($0) } + [nil]
        defer { arguments.forEach { free($0) } }
        var process = pid_t()
        let program = try #require(command.first)
        let code = posix_spawnp(&process, program, &actions, nil, arguments, environ)
        try #require(code == 0, "\(program) cannot be started: \(String(cString: strerror(code)))")
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        return Ending(
            code: status & 0x7F == 0 ? status >> 8 & 0xFF : -(status & 0x7F),
            output: try Data(contentsOf: URL(fileURLWithPath: output)),
            errors: String(decoding: try Data(contentsOf: URL(fileURLWithPath: errors)), as: UTF8.self))
    }
}
