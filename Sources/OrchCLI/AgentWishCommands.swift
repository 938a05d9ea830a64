import ArgumentParser
import OrchClient
import OrchModel

extension Agents {
    /// `orch agent inspect`.
    struct Inspect: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "inspect", abstract: "Shows an agent: what it serves, what it has, what is wished of it.",
            discussion: """
                Status is online, draining, drained, maintenance, stopped (its process said that it ends) or offline (nothing \
                was heard of it for a minute).
                Example: orch agent inspect worker-1

                \(exitCodes)
                """)
        @Argument(help: "The agent's name.") var name: String
        @OptionGroup var connection: Connection
        @OptionGroup var output: Output

        func run() async throws {
            let client = try connection.client()
            let agent = try await client.agent(name)
            let remarks = QueueSelector(agent.info.queues).remarks(known: try await client.workQueues().map(\.name))
            let now = Timestamp.now()
            try output.show(agent) { AgentFacts(agent: $0, now: now, remarks: remarks).text }
        }
    }

    /// `orch agent drain`.
    struct Drain: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "drain", abstract: "Has an agent take no new runs, and end once those that it has have ended.",
            discussion: """
                Its process then exits with 0; the next one of its name takes runs as ever. For an upgrade without a pause: start \
                the new agent under another name, then drain the old one.
                Examples:
                  orch agent drain worker-1
                  orch agent drain worker-1 --wait
                  orch agent drain worker-1 --undo

                Exit codes: 0 done, 1 with --wait, where its process has stopped before its runs have ended, 2 usage, or there \
                is no such agent, 5 API unreachable or refused.
                """)
        @Argument(help: "The agent's name.") var name: String
        @Flag(help: "Return once it holds no runs.") var wait = false
        @Flag(help: "It takes runs again; one that has ended stays so.") var undo = false
        @OptionGroup var connection: Connection
        @OptionGroup var output: Output

        func validate() throws {
            if wait, undo { throw ValidationError("--wait and --undo: expected one of the two") }
        }

        func run() async throws {
            let client = try connection.client()
            var agent = try await client.drainAgent(name, isOn: !undo)
            while wait, agent.running > 0 {
                if let problem = agent.drainProblem { throw Message(.failed, problem) }
                try await Task.sleep(for: .seconds(1))
                agent = try await client.agent(name)
            }
            try output.show(agent) { agent in
                let count = "\(agent.running) \(agent.running == 1 ? "run" : "runs")"
                let name = TerminalText.harmless(agent.info.name)
                if undo { return "\(name): takes runs again\n" }
                return agent.running > 0 ? "\(name): drains, \(count) to go\n" : "\(name): drained\n"
            }
        }
    }

    /// `orch agent maintenance`.
    struct Maintenance: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "maintenance", abstract: "Has an agent stay and take no new runs, or take them again.",
            discussion: """
                It is remembered over restarts of the agent and of the controller.
                Examples:
                  orch agent maintenance worker-1 on
                  orch agent maintenance worker-1 off

                \(exitCodes)
                """)

        /// Whether it rests.
        enum Mode: String, ExpressibleByArgument, CaseIterable {
            case on, off
        }

        @Argument(help: "The agent's name.") var name: String
        @Argument(help: "on or off.") var mode: Mode
        @OptionGroup var connection: Connection

        func run() async throws { try await Agents.setMaintenance(name, isOn: mode == .on, connection) }
    }

    /// `orch agent pause`.
    struct Pause: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "pause", abstract: "The same as maintenance on.",
            discussion: """
                Example: orch agent pause worker-1

                \(exitCodes)
                """)
        @Argument(help: "The agent's name.") var name: String
        @OptionGroup var connection: Connection

        func run() async throws { try await Agents.setMaintenance(name, isOn: true, connection) }
    }

    /// `orch agent resume`.
    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "resume", abstract: "The same as maintenance off.",
            discussion: """
                Example: orch agent resume worker-1

                \(exitCodes)
                """)
        @Argument(help: "The agent's name.") var name: String
        @OptionGroup var connection: Connection

        func run() async throws { try await Agents.setMaintenance(name, isOn: false, connection) }
    }

    private static func setMaintenance(_ name: String, isOn: Bool, _ connection: Connection) async throws {
        let agent = try await connection.client().setMaintenance(of: name, isOn: isOn)
        let what = isOn ? "gets no new runs; \(agent.running) go on" : "gets runs again"
        FileHandles.writeOut("\(TerminalText.harmless(agent.info.name)): \(what)\n")
    }
}

/// Agents on the terminal.
struct AgentTable {
    var agents: [AgentStatus]
    var now: Timestamp

    var text: String {
        Table(
            header: ["AGENT", "STATUS", "HOST", "QUEUES", "RUNNING", "ENGINE", "VERSION", "LAST SEEN"],
            rows: agents.map {
                [
                    $0.info.name, $0.word(at: now), $0.info.host, $0.info.queues.joined(separator: ","),
                    "\($0.running)\($0.info.limit.map { "/\($0)" } ?? "")",
                    $0.info.engineText, $0.info.version, $0.lastSeenAt.ago(at: now),
                ]
            }, empty: "No agent has been here yet. Start one: orch agent start -q default"
        ).text
    }
}

/// What is known of one agent.
struct AgentFacts {
    var agent: AgentStatus
    var now: Timestamp
    /// What is wrong with it, a sentence each.
    var remarks: [String] = []

    var text: String {
        let info = agent.info
        return Table.facts([
            ("Name", info.name),
            ("Status", agent.word(at: now)),
            ("Host", info.host),
            ("Queues", info.queues.joined(separator: ", ")),
            ("Running", "\(agent.running)\(info.limit.map { " of \($0)" } ?? "")"),
            ("Labels", info.labels.map(AgentLabels.text)),
            ("Engine", info.engineText),
            ("Warning", remarks.isEmpty ? nil : remarks.joined(separator: "; ")),
            ("Version", info.version),
            ("Drain", agent.drain.map { "asked for by \($0.by), \($0.at.ago(at: now))" }),
            ("Maintenance", agent.maintenance.map { "since \($0.at.brief), by \($0.by)" }),
            ("Last polled", agent.lastPolledAt?.ago(at: now)),
            ("Last seen", agent.lastSeenAt.ago(at: now)),
            ("Stopped", agent.leftAt?.ago(at: now)),
        ])
    }
}

extension AgentStatus {
    /// Why its runs will not end while it is waited for; nil where they may.
    var drainProblem: String? {
        guard leftAt != nil, running > 0 else { return nil }
        let name = TerminalText.harmless(info.name)
        return
            "\(name) has stopped, and \(running) of its runs \(running == 1 ? "has" : "have") not ended: start it again, "
            + "with the same name and data directory, and it drains"
    }

    /// `online`, `offline`, `stopped`, `draining`, `drained`, `maintenance`.
    func word(at now: Timestamp) -> String {
        let isOnline = isOnline(at: now)
        if leftAt != nil { return drain != nil && running == 0 ? "drained" : "stopped" }
        if drain != nil { return running > 0 || isOnline ? "draining" : "drained" }
        guard isOnline else { return "offline" }
        return maintenance != nil ? "maintenance" : "online"
    }

    /// Whether it was heard from within the last minute.
    func isOnline(at now: Timestamp) -> Bool { now - lastSeenAt <= .seconds(60) }
}
