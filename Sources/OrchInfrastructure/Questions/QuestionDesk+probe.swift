import OrchModel

extension QuestionDesk {
    /// How long a probe may take.
    private static let probePatience = Duration.seconds(30)

    /// Runs the image's program as a run would be run, and lets it call the API.
    func probe(
        _ image: String, program: String, _ container: DockerContainerBlock, apiURL: String, task: Identifier
    ) async -> AgentTaskAnswer {
        let url = settings.containerAPIURL ?? apiURL
        do {
            let spec = try probeSpec(image, program: program, container, apiURL: url, task: task)
            let (code, text) = try await withContainer(spec, on: engine) { id throws(EngineFault) in try await watch(id)
            }
            let message = text.isEmpty ? "the probe ended with exit \(code) and said nothing" : text
            return .probed(ProbeResult(reachable: code == 0, apiURL: url, message: message))
        } catch {
            return .failed(message: "the probe of \(url) could not be run: \(error)")
        }
    }

    /// A run's container in all but its labels, its variables and its command.
    private func probeSpec(
        _ image: String, program: String, _ container: DockerContainerBlock, apiURL: String, task: Identifier
    ) throws(InfrastructureError) -> ContainerSpec {
        let claimed = ClaimedRun(
            runID: task, runName: "probe", attempt: 1, token: "", instance: instance, flowName: "probe",
            deploymentName: nil, kind: .command, image: image, command: [program, "probe"], parameters: [:],
            container: container, secrets: [:], apiURL: apiURL, scheduledFor: .now())
        var spec = try ContainerSpec(claimed, settings: settings)
        spec.name = Self.name("probe")
        spec.labels = (container.labels ?? [:]).merging(labels(of: task)) { $1 }
        spec.environment = container.env ?? [:]
        spec.environment["ORCH_API_URL"] = apiURL
        return spec
    }

    private func watch(_ id: String) async throws(EngineFault) -> (code: Int, text: String) {
        let exit = try await engine.exit(of: id, next: true)
        try await engine.start(id)
        let code = try await waiting(for: exit, atMost: Self.probePatience)
        guard let code else {
            return (1, "no answer within \(Self.probePatience): the container's network does not lead to that address")
        }
        var lines: [String] = []
        var output = try await engine.output(of: id, follow: false, tail: OutputCollector.tailEntries)
        while let batch = try await output.next() { lines += batch.map { String(decoding: $0.bytes, as: UTF8.self) } }
        return (code, lines.joined(separator: "\n"))
    }

    /// The exit code, nil where it takes too long.
    func waiting(for exit: any PendingExit, atMost patience: Duration) async throws(EngineFault) -> Int? {
        let result = await withTaskGroup(of: Result<Int?, EngineFault>.self) { group in
            group.addTask {
                do throws(EngineFault) { return .success(try await exit.code()) } catch { return .failure(error) }
            }
            group.addTask { [clock] in
                do { try await clock.sleep(for: patience) } catch { return .failure(.cancelled) }
                return .success(nil)
            }
            defer { group.cancelAll() }
            return await group.next() ?? .success(nil)
        }
        return try result.get()
    }
}
