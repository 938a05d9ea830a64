import DeploymentFiles
import OrchModel

/// Deployments that are saved together.
enum DeploymentBatch {
    /// The requests of entries that are about one image.
    ///
    /// - Throws: a usage message with all that is wrong.
    static func requests(
        _ entries: [DeploymentEntry], image: String, answer: AgentTaskAnswer
    ) throws -> [DeploymentRequest] {
        var requests: [DeploymentRequest] = []
        var problems: [String] = []
        for entry in entries {
            do throws(DeploymentMaker.Remarks) {
                requests.append(try DeploymentMaker(entry: entry, image: image, answer: answer).request().request)
            } catch {
                problems += error.remarks.map(\.message)
            }
        }
        guard problems.isEmpty else { throw Message(.usage, problems.joined(separator: "\n")) }
        return requests
    }

    /// A line for each that was saved.
    static func text(_ replies: [DeploymentReply]) -> String {
        replies.map { reply in
            let paused = reply.deployment.isPaused == true ? ", paused" : ""
            return
                "\(reply.deployment.fullName): \(reply.outcome.rawValue), version \(reply.deployment.version)\(paused)\n"
        }.joined()
    }
}
