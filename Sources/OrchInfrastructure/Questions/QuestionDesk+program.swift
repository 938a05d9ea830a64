import OrchModel

extension QuestionDesk {
    /// How long a program may take to describe itself.
    private static let describePatience = Duration.seconds(30)

    /// Has a program of this host describe itself, as `describe --json` does; it gets nothing of a run's.
    func describe(program path: String, task: Identifier) async -> AgentTaskAnswer {
        guard let engine = engines[.process] else {
            return .failed(message: "\(path) could not be asked: \(AbsentEngine.refusal(of: .process))")
        }
        var spec = inert(path, task: task)
        spec.command = [path, "describe", "--json"]
        do throws(EngineFault) {
            let (code, output, errors) = try await withContainer(spec, on: engine) { id throws(EngineFault) in
                try await outcome(of: id, on: engine)
            }
            guard let code else {
                return .failed(message: "\(path) describe --json has not ended within \(Self.describePatience)")
            }
            guard code == 0, !output.isEmpty else {
                let words = String(decoding: errors.prefix(2000), as: UTF8.self)
                return .failed(
                    message:
                        "\(path) is no program built with orch's SDK: `\(path) describe --json` ended with exit \(code)"
                        + (words.isEmpty ? "" : ": \(words)"))
            }
            return Self.read(output, of: path)
        } catch {
            guard case .notFound = error else { return .failed(message: "\(path) could not be asked: \(error)") }
            return .noImage(image: path, available: [])
        }
    }

    private func outcome(
        of id: String, on engine: any ContainerEngine
    ) async throws(EngineFault) -> (code: Int?, output: [UInt8], errors: [UInt8]) {
        let exit = try await engine.exit(of: id, next: true)
        try await engine.start(id)
        guard let code = try await waiting(for: exit, atMost: Self.describePatience) else { return (nil, [], []) }
        var (output, errors): ([UInt8], [UInt8]) = ([], [])
        var lines = try await engine.output(of: id, follow: false, tail: nil)
        while let batch = try await lines.next() {
            for line in batch {
                guard output.count + errors.count < Self.longestDescription else {
                    throw .malformed("it describes itself in more than \(Self.longestDescription) bytes")
                }
                // A part of a long line goes on with the next one.
                let end: [UInt8] = line.part == 0 ? [0x0A] : []
                if line.stream == .stdout { output += line.bytes + end } else { errors += line.bytes + end }
            }
        }
        return (code, output, errors)
    }
}
