import OrchModel

/// What can be said of a deployment before the blocks that it names are looked up.
struct DeploymentChecks: Sendable {
    let request: DeploymentRequest
    /// When it is saved: its schedules are judged by their next slots after that.
    let now: Timestamp

    init(_ request: DeploymentRequest, at now: Timestamp) {
        self.request = request
        self.now = now
    }

    private var name: String { "\(request.flowName)/\(request.name)" }

    /// - Throws: 422 with what cannot be used, and what was expected.
    func check() throws {
        try checkNames()
        try Self.check(tags: request.tags)
        try request.policy?.check()
        try request.infrastructure.check()
        try checkWork()
        try checkSource()
        try checkParameters()
        try checkSchedules()
    }

    private func checkNames() throws {
        for (what, name) in [("deployment", request.name), ("flow", request.flowName), ("queue", request.workQueue)] {
            guard !name.isEmpty, name.utf8.count <= 200, !name.contains("/"), PlainText.isPlain(name) else {
                throw APIFailure.invalid("a \(what)'s name has 1 to 200 characters on one line and no \"/\"")
            }
        }
        guard !request.image.isEmpty else { throw APIFailure.invalid("a deployment names an image") }
        guard request.image.utf8.count <= 4096, PlainText.isPlain(request.image) else {
            throw APIFailure.invalid("a deployment's image: expected \(PlainText.expected), 4096 bytes at most")
        }
        guard request.description.utf8.count <= 65_536 else {
            throw APIFailure.invalid("a deployment's description has 65536 bytes at most")
        }
        for (what, text) in [("version's name", request.versionName), ("run name", request.runName)] {
            guard let text else { continue }
            guard !text.isEmpty, text.utf8.count <= 500, PlainText.isPlain(text) else {
                throw APIFailure.invalid("a deployment's \(what) has 1 to 500 bytes on one line")
            }
        }
        try checkRunName()
    }

    private func checkRunName() throws {
        guard let runName = request.runName else { return }
        let template: RunNameTemplate
        do throws(TemplateError) {
            template = try RunNameTemplate(runName)
        } catch {
            throw APIFailure.invalid("a deployment's run name is no template that can be read", details: ["\(error)"])
        }
        let others = request.enforcesParameterSchema == false ? Array(request.parameters.keys) : []
        do throws(TemplateError) {
            try template.check(request.parameterSchema, others: others.sorted())
        } catch {
            throw APIFailure.invalid("a deployment's run name cannot be filled in", details: ["\(error)"])
        }
    }

    private static func check(tags: [String]) throws {
        guard tags.count <= 50 else {
            throw APIFailure.invalid("a deployment's tags: expected 50 at most, got \(tags.count)")
        }
        guard tags.allSatisfy(PlainText.isPlain) else {
            throw APIFailure.invalid("a deployment's tags: expected \(PlainText.expected)")
        }
        for tag in tags where !(1...100).contains(tag.count) {
            throw APIFailure.invalid("a deployment's tags: expected 1 to 100 characters each, got one of \(tag.count)")
        }
    }

    private func checkWork() throws {
        if let priority = request.priority, !RunPriority.range.contains(priority) {
            throw APIFailure.invalid("a deployment's priority: expected 0 to 1000, got \(priority)")
        }
        if let limit = request.concurrencyLimit, !(1...1_000_000).contains(limit) {
            throw APIFailure.invalid("a deployment's concurrency limit: expected 1 to 1000000, got \(limit)")
        }
        let demands = Placement(request.requires).problems
        guard demands.isEmpty else {
            throw APIFailure.invalid("what the deployment requires of an agent cannot be used", details: demands)
        }
    }

    private func checkSource() throws {
        guard let source = request.source else { return }
        let schemes = ["https", "http", "ssh", "file"]
        let scheme = source.url.firstRange(of: "://").map { String(source.url[..<$0.lowerBound]) }
        guard let scheme, schemes.contains(scheme), PlainText.isPlain(source.url) else {
            throw APIFailure.invalid(
                "a deployment's source: expected an address with https://, http://, ssh:// or file://")
        }
        // An ssh address names a user as a rule; anywhere else one is a credential.
        let authority = source.url.dropFirst(scheme.count + 3).prefix { $0 != "/" }
        let user = authority.lastIndex(of: "@").map { authority[..<$0] }
        if let user, scheme != "ssh" || user.contains(":") {
            throw APIFailure.invalid(
                "a deployment's source holds a user or a password: name a block in its credentials instead")
        }
    }

    /// A required parameter may be left to each run.
    private func checkParameters() throws {
        let schema = request.parameterSchema
        let unusable = schema.unusablePatterns
        guard unusable.isEmpty else {
            throw APIFailure.invalid(
                "the parameters of deployment \(name) have patterns that cannot be asked", details: unusable)
        }
        let problems =
            problems(with: request.parameters)
            + RunTemplates(schema).problems(in: schema.defaults.merging(request.parameters) { $1 })
        guard problems.isEmpty else {
            throw APIFailure.invalid(
                "the parameters of deployment \(name) do not fit the flow", details: problems.map(\.description))
        }
    }

    /// What does not fit; nothing where that is left to the flow.
    private func problems(with values: [String: JSONValue]) -> [ParameterProblem] {
        guard request.enforcesParameterSchema != false else { return [] }
        return request.parameterSchema.validate(values, passesTemplates: true).filter { $0.kind != .missing }
    }

    private func checkSchedules() throws {
        guard let schedules = request.schedules else { return }
        try ScheduleChecks(request).check(schedules, at: now)
    }
}
