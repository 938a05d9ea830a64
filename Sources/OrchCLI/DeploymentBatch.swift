import DeploymentFiles
import OrchClient
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

    /// How many deployments one call is about.
    private static let page = 50

    /// Has agents look at what deployments run, where it will run, before anything is saved; warnings go to standard error.
    ///
    /// - Parameter known: what agents have said just now.
    /// - Throws: a usage message with all that would keep their runs from starting.
    static func check(
        _ requests: [DeploymentRequest], _ client: OrchClient, known: [AgentTaskRequest: AgentTaskAnswer],
        hiding environment: EnvironmentValues = EnvironmentValues()
    ) async throws {
        var problems: [String] = []
        let known = known.map { DeploymentCheckRequest.Known($0.key, $0.value) }
        var checks: [DeploymentCheck] = []
        // Those of one image are looked at together, as an agent is asked once in a page.
        let requests = requests.sorted { ($0.image, $0.workQueue) < ($1.image, $1.workQueue) }
        for start in stride(from: 0, to: requests.count, by: page) {
            let some = Array(requests[start..<min(start + page, requests.count)])
            checks += try await client.check(DeploymentCheckRequest(some, known: known))
        }
        for (request, found) in zip(requests, checks) {
            let name = "\(request.flowName)/\(request.name)"
            for warning in found.warnings {
                FileHandles.writeError("Warning: \(name): \(TerminalText.harmless(environment.hidden(in: warning)))\n")
            }
            problems += found.problems.map { "\(name): \($0)" }
        }
        guard problems.isEmpty else { throw Message(.usage, problems.joined(separator: "\n")) }
    }

    /// Looks for the blocks that deployments of the command line name; warnings go to standard error.
    ///
    /// - Throws: a usage message where the infrastructure's is not there.
    static func checkBlocks(_ requests: [DeploymentRequest], _ client: OrchClient) async throws {
        let lookup = BlockLookup(try await client.blocks())
        for request in requests {
            for warning in lookup.warnings(request) {
                FileHandles.writeError(
                    "Warning: \(request.flowName)/\(request.name): \(TerminalText.harmless(warning.message))\n")
            }
        }
        let problems = requests.flatMap { lookup.problems($0).map(\.message) }
        guard problems.isEmpty else { throw Message(.usage, problems.joined(separator: "\n")) }
    }

    /// Looks at the schedules of deployments that are written into a file and not saved; warnings go to standard error.
    ///
    /// - Throws: a usage message with the parameters that do not fit their next slots.
    static func checkSchedules(_ requests: [DeploymentRequest], at now: Timestamp = .now()) throws {
        var problems: [String] = []
        for request in requests {
            let parameters = SlotParameters(request)
            for schedule in request.schedules ?? [] {
                warn(schedule.warnings(at: now), of: "\(request.flowName)/\(request.name)")
                problems += parameters.problems(of: schedule, at: now).map {
                    "\(request.flowName)/\(request.name): schedule \"\(schedule.slug)\": \($0)"
                }
            }
        }
        guard problems.isEmpty else { throw Message(.usage, problems.joined(separator: "\n")) }
    }

    /// Says on standard error what may surprise of a deployment.
    static func warn(_ warnings: [String]?, of name: String) {
        for warning in warnings ?? [] {
            FileHandles.writeError("Warning: \(TerminalText.harmless("\(name): \(warning)"))\n")
        }
    }

    /// Saves deployments, one after the other; warnings go to standard error.
    ///
    /// - Throws: what the controller refuses. What was saved before is said then, so that nobody has to guess.
    static func save(
        _ requests: [DeploymentRequest], _ client: OrchClient,
        hiding environment: EnvironmentValues = EnvironmentValues()
    ) async throws -> [DeploymentReply] {
        var replies: [DeploymentReply] = []
        for request in requests {
            do throws(OrchClientError) {
                let reply = try await client.deploy(request)
                warn(reply.warnings?.map { environment.hidden(in: $0) }, of: reply.deployment.fullName)
                replies.append(reply)
            } catch {
                if !replies.isEmpty { FileHandles.writeError(text(replies)) }
                throw error
            }
        }
        return replies
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
