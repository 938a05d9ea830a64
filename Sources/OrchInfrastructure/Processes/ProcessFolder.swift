import FoundationEssentials
import Glibc

/// The scratch folder of one supervised process, and where things lie in it.
struct ProcessFolder: Sendable, Hashable {
    /// The variable that names the folder to its process and to all that this one starts: how they are found again.
    static let variable = "ORCH_SCRATCH"

    /// The folder, without a slash at its end.
    let path: String

    /// What is to be run; written before anything is started.
    var plan: String { path + "/process.json" }
    /// Locked for as long as a supervisor lives, whatever ends it.
    var lock: String { path + "/lock" }
    /// There from the moment in which a process may have been started.
    var begun: String { path + "/begun" }
    /// Which process was started.
    var started: String { path + "/started" }
    /// How it ended; there once nothing of it lives.
    var ended: String { path + "/exit" }
    /// The signals that orch sent it, a line each.
    var signals: String { path + "/signals" }
    /// Where the process works, unless its block says otherwise.
    var work: String { path + "/work" }
    /// The files of its git source.
    var source: String { path + "/source" }
    /// The process's TMPDIR.
    var temporary: String { path + "/tmp" }

    /// What the process wrote to one of its outputs.
    func spool(_ stream: OutputLine.Stream) -> String { path + (stream == .stdout ? "/stdout" : "/stderr") }

    /// When that was seen.
    func times(_ stream: OutputLine.Stream) -> String { spool(stream) + ".times" }

    /// Whether a file is there.
    func has(_ file: String) -> Bool { access(file, F_OK) == 0 }

    /// Reads one of the records; nil where it is not there, or not one.
    func read<Record: Decodable>(_ file: String, as type: Record.Type) -> Record? {
        guard let data = try? Data(contentsOf: URL(filePath: file)) else { return nil }
        return try? JSONDecoder().decode(type, from: data)
    }

    /// Writes one of the records, all at once.
    func write(_ record: some Encodable, to file: String) throws {
        try JSONEncoder().encode(record).write(to: URL(filePath: file), options: .atomic)
    }
}
