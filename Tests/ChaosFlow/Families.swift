import Orch

/// Has another deployment run, and returns what that returned.
struct Calling: Flow {
    static let name = "calling"
    static let summary = "Runs a deployment in a container of its own."

    @Parameter(help: "The deployment.") var deployment = "doubling"
    @Parameter(help: "What it is given.") var input = 21
    @Parameter(help: "Whether the first attempt stands still once that has ended.") var stands = false
    @Parameter(help: "Seconds that it may take; 0: any time.", range: 0...) var seconds = 0
    @Parameter(help: "Whether it outlives a cancellation.") var detached = false
    @Parameter(help: "How often a call that failed is tried again.", range: 0...) var retries = 0

    func run(_ context: FlowContext) async throws -> Int {
        let options = TaskOptions("call", retries: retries, timeout: seconds > 0 ? .seconds(seconds) : nil)
        let doubled = try await context.runDeployment(
            deployment, parameters: ["input": .int(Int64(input))], as: Int.self, options: options, detached: detached)
        if stands, context.attempt == 1 { try await standStill(context) }
        return doubled
    }
}

/// Doubles a number, if it is not told to fail or to stand still.
struct Doubling: Flow {
    static let name = "doubling"
    static let summary = "Doubles a number."

    /// What it fails with.
    struct Failure: Error, CustomStringConvertible {
        let description = "failed as it was told to"
    }

    @Parameter(help: "The number. 13 fails in the first attempt, -1 in all of them; 0 stands still.") var input = 1

    func run(_ context: FlowContext) async throws -> Int {
        context.logger.info("doubles \(input)")
        if input == -1 || input == 13 && context.attempt == 1 { throw Failure() }
        if input == 0 { try await standStill(context) }
        return 2 * input
    }
}

/// Runs its own deployment, without an end.
struct Recursing: Flow {
    static let name = "recursing"
    static let summary = "Runs itself for ever."

    @Parameter(help: "How deep it is.") var input = 1

    func run(_ context: FlowContext) async throws -> Int {
        try await context.runDeployment("recursing", parameters: ["input": .int(Int64(input + 1))], as: Int.self)
    }
}

/// Runs commands of other images, one after the other, and returns their exit codes.
struct Containing: Flow {
    static let name = "containing"
    static let summary = "Runs containers of other images."

    @Parameter(help: "The image.") var image = "busybox"
    @Parameter(help: "A shell script for each container.") var scripts: [String] = ["true"]
    @Parameter(help: "An exit code that is no failure.") var accepted = 0
    @Parameter(help: "Whether the first attempt stands still at its end.") var stands = false

    func run(_ context: FlowContext) async throws -> [Int] {
        var codes: [Int] = []
        for script in scripts {
            let run = try await context.container(
                image: image, command: ["sh", "-c", script], environment: ["WORD": "canary-1234"],
                options: TaskOptions("shell"), accepting: [0, accepted])
            codes.append(run.exitCode ?? -1)
        }
        if stands, context.attempt == 1 { try await standStill(context) }
        return codes
    }
}

/// Runs Python by an image that has it.
struct Scripting: Flow {
    static let name = "scripting"
    static let summary = "Runs a Python script in a container of its own."

    @Parameter(help: "The image.") var image = "python:3.12-slim"
    @Parameter(help: "What the script is given.") var word = "hello"

    func run(_ context: FlowContext) async throws -> Int {
        let script = """
            import sys
            print("python says", sys.argv[1])
            sys.exit(0 if sys.argv[1:] else 3)
            """
        return try await context.python(image: image, script: script, arguments: [word]).exitCode ?? -1
    }
}
