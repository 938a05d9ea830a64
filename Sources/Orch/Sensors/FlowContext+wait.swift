extension FlowContext {
    /// Waits for something outside of the flow, as a task: it is looked for again and again until it is there.
    ///
    /// ```swift
    /// let files = try await context.wait(
    ///     for: .file("/data/green-*.csv"), every: .seconds(30), timeout: .seconds(3600))
    /// ```
    ///
    /// - Parameters:
    ///   - sensor: what is waited for, and how it is looked for.
    ///   - name: the task's name. Defaults to `wait for` and what is waited for.
    ///   - interval: how long it waits from one look to the next. Defaults to a minute.
    ///   - timeout: how long it may take, from the first look on, over all attempts of the run. There is always a first look,
    ///     and one at the end. Defaults to 7 days.
    ///   - mode: whether the run keeps its container while it waits. Defaults to `.poke`: it does.
    ///   - failures: how many looks in a row may fail. Defaults to 5.
    ///   - pokeTimeout: how long one look may take; then it has failed. Defaults to a minute.
    ///   - softFail: whether a wait that came to nothing is Skipped instead of Failed: it throws ``TaskSkipped`` then, and a flow
    ///     that lets it pass is Skipped as well. Defaults to false.
    ///   - tags: words the task's runs are found by. Defaults to none.
    /// - Returns: what was found.
    /// - Throws: ``SensorTimedOut``, ``SensorFailed``; ``TaskSkipped`` in place of both where `softFail`; `CancellationError`,
    ///   at once, where the run is cancelled or leaves its container: let that pass.
    @discardableResult
    public func wait<S: Sensor>(
        for sensor: S, name: String? = nil, every interval: PokeInterval = .seconds(60),
        timeout: Duration = .seconds(7 * 86_400), mode: SensorMode = .poke,
        failures: PokeFailures = .tolerated(inARow: 5), pokeTimeout: Duration = .seconds(60), softFail: Bool = false,
        tags: [String] = []
    ) async throws -> S.Finding {
        let options = SensorRun<S>.Options(
            name: name ?? "wait for \(sensor.waitsFor)", tags: tags, pokeTimeout: pokeTimeout, softFail: softFail)
        let rules = SensorCourse.Rules(interval: interval, timeout: timeout, mode: mode, failures: failures)
        return try await SensorRun(context: self, sensor: sensor, options: options, rules: rules).run()
    }
}
