package import OrchModel

/// Runs one attempt in one container: create, start, follow, wait, report the end, remove.
///
/// Everything it does may be done again by another runner after this one died: the container's name belongs to the
/// attempt, so a second creation meets the first container and adopts it once its labels are checked.
package struct DockerRunner: Sendable {
    /// The engine.
    package let engine: any ContainerEngine
    /// What the agent's host adds to every run.
    package let settings: LaunchSettings
    /// Who reports, such as `agent a1`.
    package let actor: String
    /// The name of the engine's host, for reports; nil while it is not known.
    package let host: String?
    /// What pauses are measured with.
    package let clock: any Clock<Duration>
    /// The wall clock.
    package let now: @Sendable () -> Timestamp

    /// A runner.
    package init(
        engine: any ContainerEngine, settings: LaunchSettings, actor: String, host: String?,
        clock: any Clock<Duration> = ContinuousClock(), now: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) {
        self.engine = engine
        self.settings = settings
        self.actor = actor
        self.host = host
        self.clock = clock
        self.now = now
    }

    /// How an attempt came to be run.
    package enum Mode: Sendable, Hashable {
        /// It was claimed just now, or never got as far as a container.
        case launch
        /// Its container was found after a restart.
        case adopt
        /// It was launched before, and its container is gone.
        case missing
    }

    /// Runs an attempt until its end is reported and its container removed as its block says.
    ///
    /// - Parameters:
    ///   - claimed: the attempt.
    ///   - mode: what is known of its container.
    ///   - order: the wish to end it.
    ///   - reporting: where everything seen goes.
    ///   - willStart: called before a process is started, or found to have been; until then the attempt may be launched
    ///     by another runner as if nothing had been done. May be called again.
    /// - Throws: when the surrounding task is cancelled; the container is then left as it is.
    package func run(
        _ claimed: ClaimedRun, mode: Mode, order: StopOrder, reporting: any AttemptReporting,
        willStart: @escaping @Sendable () -> Void
    ) async throws(CancellationError) {
        let run = AttemptRun(
            runner: self, claimed: claimed, order: order, reporting: reporting, willStart: willStart)
        do {
            try await run.execute(mode)
        } catch {
            // Whatever else can go wrong has become part of the report: what is left is the end of this task.
            throw CancellationError()
        }
    }
}
