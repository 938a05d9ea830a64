extension FlowContext {
    /// Runs any image and command in a container of its own, and waits for its end.
    ///
    /// ```swift
    /// try await context.container(image: "busybox:1.36", command: ["wc", "-l", "/etc/passwd"])
    /// ```
    ///
    /// It is a task of this flow, and a run with a log of its own: started by an agent of this run's queue, made as this run's
    /// container is (its `docker-container` block, the same hardening), and ended with this run. It gets its environment
    /// and no key. As with ``runDeployment(_:parameters:options:awaited:detached:tags:policy:waitFor:)``, one that has
    /// completed is not done again in a later attempt.
    ///
    /// - Parameters:
    ///   - image: the image, such as `python:3.12-slim`.
    ///   - command: the container's arguments. Defaults to the image's own command.
    ///   - environment: variables; their values are kept as secrets. Defaults to none.
    ///   - options: how the task is named, tried again and ended. Defaults to a task named `container`.
    ///   - accepting: exit codes that are no failure. Defaults to 0 alone.
    ///   - policy: retries and limits of the run. Defaults to none.
    ///   - dependencies: tasks that must have completed first. Defaults to none.
    /// - Returns: the run, with its exit code.
    /// - Throws: ``ChildRunFailure`` for another exit code, or where it was killed or never started;
    ///   ``OrchError/needsController(_:)`` by hand; what the controller refuses.
    @discardableResult
    public func container(
        image: String, command: [String] = [], environment: [String: String] = [:], options: TaskOptions? = nil,
        accepting: Set<Int> = [0], policy: RunPolicy? = nil, waitFor dependencies: [any TaskDependency] = []
    ) async throws -> ChildRun {
        let options = options ?? TaskOptions("container")
        let task = ContainerTask(name: options.name, image: image, command: command, environment: environment)
        let request = ChildRunRequest(container: task, policy: policy, place: ChildPlace(key: "", attempt: ""))
        return try await childRun(
            request, options, waitFor: dependencies, what: "a container of the image \(image)", accepting: accepting)
    }

    /// Runs a Python script in a container of its own, and waits for its end.
    ///
    /// ```swift
    /// try await context.python(image: "python:3.12-slim", script: "import sys; print(sys.argv[1])", arguments: ["2021-01"])
    /// ```
    ///
    /// - Parameters:
    ///   - image: an image with Python.
    ///   - script: the text of the script, 131,071 bytes at most.
    ///   - arguments: what the script finds in `sys.argv[1:]`. Defaults to none.
    ///   - environment: variables; their values are kept as secrets. Defaults to none.
    ///   - interpreter: the image's interpreter. Defaults to `python3`.
    ///   - options: how the task is named, tried again and ended. Defaults to a task named `python`.
    ///   - policy: retries and limits of the run. Defaults to none.
    ///   - dependencies: tasks that must have completed first. Defaults to none.
    /// - Returns: the run, with its exit code.
    /// - Throws: as ``container(image:command:environment:options:accepting:policy:waitFor:)``.
    @discardableResult
    public func python(
        image: String, script: String, arguments: [String] = [], environment: [String: String] = [:],
        interpreter: String = "python3", options: TaskOptions? = nil, policy: RunPolicy? = nil,
        waitFor dependencies: [any TaskDependency] = []
    ) async throws -> ChildRun {
        // Lines are seen as they are printed, not when the script ends.
        let environment = ["PYTHONUNBUFFERED": "1"].merging(environment) { _, given in given }
        return try await container(
            image: image, command: [interpreter, "-c", script] + arguments, environment: environment,
            options: options ?? TaskOptions("python"), policy: policy, waitFor: dependencies)
    }
}
