import ArgumentParser
import FoundationEssentials
import OrchModel

/// What `orch deploy` is to make a deployment of.
struct DeployTarget {
    /// The image, or the program.
    var image: String
    /// What an agent is asked to describe; nil where the command says it all.
    var question: String?

    /// What the options come to. A program's path is made whole: agent and command line may work in different folders.
    ///
    /// - Throws: a usage message where something is missing or too much.
    init(image: String?, command: [String], isProcess: Bool) throws {
        guard isProcess else {
            guard let image, !image.isEmpty else { throw ValidationError("--image: expected NAME[:TAG]") }
            self.image = image
            question = image
            return
        }
        guard let image, !image.isEmpty else {
            guard let program = command.first else {
                throw ValidationError(
                    "--image: expected the path of a flow program, as in --image ./taxi, or -- COMMAND")
            }
            self.image = Self.whole(program)
            return
        }
        guard command.isEmpty else {
            throw ValidationError("--image: with --infra process a command names its program itself, after --")
        }
        self.image = Self.wholePath(image)
        question = ProgramReference.text(self.image)
    }

    /// The path of a flow program from the root on.
    static func wholePath(_ program: String) -> String {
        whole(program.contains("/") ? program : "./\(program)")
    }

    /// A path from the root on; a name without a slash is left to the PATH of the agent's host.
    private static func whole(_ program: String) -> String {
        program.contains("/") ? URL(filePath: program).standardizedFileURL.absoluteURL.path : program
    }
}
