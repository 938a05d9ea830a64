package import OrchModel

/// Where a controller keeps what it knows: deployments, runs, logs, blocks, agents.
///
/// Every function is one transaction and may be called at any time from any task; several controllers may share one
/// store. Functions that change something return what changed, so that a caller can wake those who wait for it. Times
/// come in as parameters. All throw ``StoreError``, or the database's own error where it fails.
package protocol Store: Sendable {
    /// The identity of this store's controllers, made when the store was made.
    func instance() async throws -> Identifier
    /// Notes the key with which values are sealed, at the first call.
    ///
    /// - Parameter id: what tells keys apart and nothing about the key.
    /// - Returns: false where the store's values were sealed with another key.
    func isSealed(withKey id: String) async throws -> Bool
    /// Whether the database answers with the tables of this version: no fewer, and none of a newer one.
    func hasCurrentSchema() async throws -> Bool
    /// How the store stands now; agents count as polling from `since` on.
    func figures(polledSince since: Timestamp, at: Timestamp) async throws -> StoreFigures
    /// Waits for running work and closes the store; later calls fail.
    func close() async throws

    // MARK: Deployments

    /// Saves a deployment under its flow and name; the same fingerprint again changes nothing.
    func saveDeployment(_ draft: DeploymentDraft, at: Timestamp) async throws -> DeploymentReply
    /// What saving it would do; changes nothing.
    func previewDeployment(_ draft: DeploymentDraft, at: Timestamp) async throws -> DeploymentPreview
    /// All deployments by full name.
    func deployments() async throws -> [Deployment]
    /// Those called `name`, of one flow or of any.
    func deployments(named name: String, flow: String?) async throws -> [StoredDeployment]
    /// The deployment with that identifier; nil where there is none.
    func deployment(_ id: Identifier) async throws -> StoredDeployment?
    /// A deployment's versions, the newest first.
    func versions(ofDeployment id: Identifier) async throws -> [DeploymentVersion]
    /// Makes the content of an older version, the one before the current where none is named, a new version.
    func rollBackDeployment(_ id: Identifier, to version: Int?, at: Timestamp) async throws -> RollbackOutcome
    /// Pauses a deployment's schedules, or lets them go on; the deployment, nil where there is none.
    func pauseDeployment(_ id: Identifier, _ pause: DeploymentPause, at: Timestamp) async throws -> Deployment?
    /// The runs of a deployment that have a container of their own and have not ended.
    func openRuns(ofDeployment id: Identifier) async throws -> [Identifier]
    /// Deletes a deployment with its versions; its runs stay. False where there was none.
    func deleteDeployment(_ id: Identifier) async throws -> Bool

    // MARK: Schedules

    /// The schedules of a deployment, or all, by deployment and slug; also those that cannot be read.
    func schedules(ofDeployment id: Identifier?) async throws -> ScheduleList
    /// The schedule of that identifier.
    func schedule(_ id: Identifier) async throws -> StoredSchedule?
    /// Makes a schedule of a deployment, or changes the one of its slug where it may.
    func saveSchedule(
        _ spec: ScheduleSpec, of deployment: Identifier, replaces: Bool, at: Timestamp
    ) async throws -> ScheduleSaving
    /// Gives a deployment these schedules and no others; one of the same slug is changed.
    ///
    /// - Parameter seen: the schedules that it has, with the times of their last changes; nothing is done where it has others.
    ///   nil = whatever it has.
    func replaceSchedules(
        of deployment: Identifier, with specs: [ScheduleSpec], seen: [Identifier: Timestamp]?, at: Timestamp
    ) async throws -> ScheduleReplacement
    /// Pauses a schedule, or lets it go on; nil where there is none. Safe to repeat.
    func pauseSchedule(_ id: Identifier, _ pause: SchedulePause, at: Timestamp) async throws -> StoredSchedule?
    /// Removes a schedule, its runs stay; false where there is none.
    func deleteSchedule(_ id: Identifier) async throws -> Bool
    /// What became of the last slots of a schedule, the newest first.
    func slots(ofSchedule id: Identifier, limit: Int) async throws -> [ScheduleSlotRecord]
    /// Schedules that are to be looked at, those that wait for the longest time first.
    func dueSchedules(at: Timestamp, limit: Int) async throws -> DueSchedules
    /// Has schedules looked at later.
    func restSchedules(_ ids: [String], until: Timestamp) async throws
    /// When the next schedule is to be looked at.
    func nextScheduleLook() async throws -> Timestamp?
    /// Moves schedules on, makes their runs, and ends others for those that are new: of several who do so for the same slots one
    /// does, and each slot makes one run.
    func take(_ steps: [ScheduleStep], at: Timestamp) async throws -> ScheduleOutcome

    // MARK: Runs

    /// Adds a run in its first state.
    ///
    /// - Returns: the run that was made before with the same idempotency key; nil where this one was added.
    /// - Throws: ``StoreError/parentEnded(_:state:)`` where its parent has ended or is to end,
    ///   ``StoreError/missingRun(_:)`` where there is no such parent, ``StoreError/nestedTooDeep(_:limit:)`` where that is
    ///   inside of too many runs.
    @discardableResult
    func createRun(_ draft: RunDraft) async throws -> FlowRun?
    /// The run that was made with a key; nil where none was.
    func run(key: String) async throws -> FlowRun?
    /// What tells the request of a run from others that come with its key; nil where that is not known.
    func requestMarks(ofRun id: Identifier) async throws -> RequestMarks?
    /// Adds a run that another one makes at a place of its own, or finds the one that it has made there: that one as it is
    /// where it has completed, goes on, or was asked for by the same try; else waiting for another attempt.
    ///
    /// - Throws: as ``createRun(_:)``; ``StoreError/nestedTooDeep(_:limit:)``.
    func createChild(
        _ draft: RunDraft, of parent: Identifier, attempt: Int?, by actor: String, at: Timestamp
    ) async throws -> ChildOutcome
    /// The child that a run has made at a place and that counts; nil where there is none.
    func child(of parent: FlowRun, at place: ChildPlace) async throws -> FlowRun?
    /// The run of that identifier.
    func run(_ id: Identifier) async throws -> FlowRun?
    /// Up to ten runs that a text means.
    func runs(meaning reference: RunReference) async throws -> [FlowRun]
    /// Runs, newest first.
    func runs(matching query: RunQuery) async throws -> [FlowRun]
    /// The states a run has been in, oldest first.
    func states(of run: Identifier) async throws -> [RunState]
    /// The attempts of a run, oldest first; a child run has none of its own.
    func attempts(of run: Identifier) async throws -> [RunAttempt]
    /// The task runs of a run in the order they were first reported.
    func taskRuns(of run: Identifier) async throws -> [TaskRun]
    /// The first hundred task runs of a run that are at work, those of sub-flows in its container among them.
    func taskRunsAtWork(of run: Identifier) async throws -> [TaskRun]
    /// A page of a run's log; of a child run, its own lines.
    func logs(of run: Identifier, matching query: LogQuery) async throws -> LogPage
    /// What happened to a run since `cursor`; nil where there is no such run.
    func news(of run: Identifier, since cursor: RunCursor, limit: Int) async throws -> RunNews?
    /// Records the wish to end a run: one that waits is Cancelled, a live one becomes Cancelling. Safe to repeat.
    /// The runs it made through the API end with it, and theirs.
    ///
    /// - Parameter state: the type or the name of the state that it must be in, in capital letters; nil = any.
    func requestCancellation(
        of run: Identifier, _ request: CancellationRequest, inState state: String?
    ) async throws -> CancellationOutcome
    /// Records the wish to pause, suspend or resume a run; one that no agent holds follows at once. Safe to repeat.
    func request(_ request: RunRequest, of run: Identifier) async throws -> RequestOutcome
    /// Lets a run that has ended wait for another attempt. Safe to repeat, where the wish says which of
    /// the run's it is.
    func retry(
        _ request: RetryRequest, of run: Identifier, by actor: String, at: Timestamp
    ) async throws -> RetryOutcome
    /// What another attempt of a run would find; nil where there is no such run.
    ///
    /// - Parameter key: opens what a task of an attempt has said of what its result is known by.
    func retryFacts(
        of run: Identifier, key: @escaping @Sendable (_ sealed: String, _ attempt: Int) -> String?
    ) async throws -> RetryFacts?
    /// Sets what people have written about a run; nil where there is no such run.
    func note(_ note: String?, on run: Identifier) async throws -> FlowRun?
    /// Has retention remove a run that has ended, whatever is to be kept. Safe to repeat.
    func remove(_ run: Identifier) async throws -> RemovalOutcome
    /// How a run is launched; nil where there is no such run, or it is inside another one's container.
    func launch(of run: Identifier) async throws -> RunLaunch?
    /// Moves an attempt to a state that the controller itself decided.
    ///
    /// - Parameter releases: whether it is no longer its agent's then, whose reports of it are refused as stale.
    func settle(_ key: AttemptKey, as state: RunState, releases: Bool) async throws -> ReportOutcome

    // MARK: Work

    /// Notes that an agent asked for work, and gives it runs that are due: each run to one agent only.
    ///
    /// - Throws: ``StoreError/nameHeld(_:host:since:seen:)`` where an agent of another identity asked under the name, no
    ///   longer ago than the lease lasts.
    ///   ``StoreError/unknownQueue(_:known:)`` where it names a queue that does not exist, and the request checks that.
    func work(for request: ClaimRequest) async throws -> ClaimOutcome
    /// Lets an agent of another identity have the name of one that has gone.
    func releaseName(of agent: AgentInfo) async throws
    /// Notes that an agent's process ends: it counts as polling no more, and anybody may have its name. Says nothing of another
    /// process of the name.
    func leave(_ farewell: AgentFarewell, at: Timestamp) async throws
    /// When the next run of these queues is due that is not due yet.
    func nextDue(in queues: [String], after: Timestamp) async throws -> Timestamp?
    /// The live attempts an agent holds, oldest first.
    func held(by agent: String) async throws -> [Claim]
    /// What is wished of an agent's live attempts.
    func wishes(for agent: String) async throws -> AgentWishes
    /// Extends leases; returns the attempts that are not the agent's, or not live.
    func renew(_ keys: [AttemptKey], of agent: String, until: Timestamp, at: Timestamp) async throws -> [AttemptKey]
    /// Applies what an agent saw of an attempt: all of it, or nothing. Safe to repeat.
    func apply(
        _ report: AttemptReport, to key: AttemptKey, leaseUntil: Timestamp, at: Timestamp
    ) async throws -> ReportOutcome
    /// Marks live runs whose lease has run out and says so in their logs; returns those newly marked.
    func markUnobserved(at: Timestamp) async throws -> [Identifier]
    /// Makes runs Late that no agent has taken for as long as their policies say, a thousand at most; returns them.
    func markLate(at: Timestamp) async throws -> [FlowRun]
    /// Up to a thousand runs that have not ended by their deadlines, and that nobody has asked to end.
    func overdue(at: Timestamp) async throws -> [OverdueRun]
    /// Says in the logs of runs that their attempts take longer than is expected, once for each attempt; returns those runs.
    func markSlow(at: Timestamp) async throws -> [Identifier]
    /// Gives free slots to runs that wait for them though nobody woke them: where a limit became greater or went, or a slot
    /// is kept for a run that nobody takes. Says of runs that no agent can take what they ask for.
    ///
    /// - Parameter since: agents count as polling from then on.
    /// - Returns: runs that have ended for newer ones, and live ones that are to end for them.
    func fillSlots(polledSince since: Timestamp, at: Timestamp) async throws -> ClaimOutcome
    /// Has `body` hear of the queues whose runs have their turn because others ended, or limits changed.
    func whenWoken(_ body: @escaping @Sendable (Set<String>) -> Void)
    /// Puts claimed runs with no known container, whose lease ran out before `cutoff`, back into their queues (or ends
    /// them, where that is wished); returns them.
    func releaseLost(leaseExpiredBefore cutoff: Timestamp, at: Timestamp) async throws -> [FlowRun]

    // MARK: Backfills

    /// Adds a backfill with its runs, all at once, in the order in which they are to run.
    ///
    /// - Parameter seen: the last run about each interval, as it was when the runs were decided on.
    /// - Returns: the backfill that was made before with the same key; nil where this one was added.
    /// - Throws: ``StoreError/intervalsTaken(_:by:)`` where the last run about an interval is another one meanwhile, or stands
    ///   differently.
    func createBackfill(
        _ backfill: Backfill, key: RequestKey?, runs: [RunDraft], seen: [DataInterval: RunBrief], at: Timestamp
    ) async throws -> Backfill?
    /// The backfill that was made with a key; nil where none was.
    func backfill(key: String) async throws -> Backfill?
    /// What tells the request of a backfill from others that come with its key; nil where that is not known.
    func requestMarks(ofBackfill id: Identifier) async throws -> RequestMarks?
    /// The last run about each data interval of a deployment whose first instant is in a span.
    func lastRuns(of deployment: Identifier, from: Timestamp, to: Timestamp) async throws -> [DataInterval: FlowRun]
    /// Backfills, the newest first, without what their runs reported.
    func backfills(limit: Int) async throws -> [Backfill]
    /// A backfill, with what its runs reported; nil where there is none.
    func backfill(_ id: Identifier) async throws -> Backfill?
    /// The runs of a backfill, by their data intervals.
    func runs(ofBackfill id: Identifier) async throws -> [FlowRun]
    /// Changes a backfill; nil where there is none. Safe to repeat.
    func changeBackfill(_ id: Identifier, _ change: BackfillChange, at: Timestamp) async throws -> Backfill?
    /// Lets runs go that wait for the run of the interval before, where that has completed or was removed.
    func releasePast() async throws

    // MARK: Questions to agents

    /// Adds a question for the agents of a queue that meet `placement`, which is gone after `expiry`.
    func ask(
        _ task: AgentTask, of queue: String, placement: Placement, until expiry: Timestamp, at: Timestamp
    ) async throws
    /// The questions of these queues, for an agent with these labels, that nobody has taken since `cutoff`; they are the taker's
    /// now.
    func takeQuestions(
        of queues: [String], labels: [String: JSONValue], lastTakenBefore cutoff: Timestamp, at: Timestamp
    ) async throws -> [AgentTask]
    /// Keeps the answer to a question; false where there is no such question any more.
    func answer(_ id: Identifier, with answer: AgentTaskAnswer) async throws -> Bool
    /// Keeps news of a pull until the answer comes; false where nobody waits for that any more. The agent that tells it has the
    /// question to itself from then on.
    func tell(_ news: PullNews, at: Timestamp) async throws -> Bool
    /// Keeps a question until `expiry`, for who still waits; false where it is gone.
    func keepQuestion(_ id: Identifier, until expiry: Timestamp) async throws -> Bool
    /// The answer to a question; nil while there is none.
    func answer(to id: Identifier) async throws -> AgentTaskAnswer?
    /// Removes a question.
    func forgetQuestion(_ id: Identifier) async throws

    // MARK: Other controllers

    /// Whether other controllers may use this store at the same time.
    var isShared: Bool { get }
    /// What time it is for the database; nil where that is in this process.
    func clock() async throws -> Timestamp?
    /// Tells the other controllers of this store something; a hint, which may be lost.
    func announce(_ texts: [String]) async throws
    /// Gives `body` what other controllers announce, and what this one does, until the task is cancelled.
    ///
    /// - Throws: when the connection breaks: what was announced since is lost.
    func announcements(_ body: @escaping @Sendable ([String]) -> Void) async throws

    // MARK: Assets

    /// The asset record of that identifier.
    func asset(_ id: Identifier) async throws -> Asset?
    /// A page of asset records, newest first. They come with reports, and stay when their runs are gone.
    func assets(matching query: AssetQuery) async throws -> AssetPage
    /// The newest objects and datasets that records are known by, `limit` of each at most.
    func assetNames(limit: Int) async throws -> AssetNames

    // MARK: Artifacts

    /// The artifact of that identifier, with its content.
    func artifact(_ id: Identifier) async throws -> Artifact?
    /// The last artifact of that key, with its content.
    func artifact(named key: String) async throws -> Artifact?
    /// A page of artifacts without their content, newest first. They come with reports, and go with their runs.
    func artifacts(matching query: ArtifactQuery) async throws -> ArtifactPage
    /// The newest keys, `limit` at most.
    func artifactKeys(limit: Int) async throws -> [String]

    // MARK: Results of tasks

    /// A result that is kept, or the right to compute it: whoever gets a miss holds the lock until its lease ends.
    func lookUp(_ request: CacheRequest, at: Timestamp) async throws -> CacheAnswer
    /// Keeps a result in place of an earlier one, and ends its holder's lock.
    func keep(_ result: CachedResult, at: Timestamp) async throws
    /// Extends a lock; false where it is not the holder's.
    func renew(_ lock: CacheLock, until: Timestamp) async throws -> Bool
    /// Ends a lock without a result; nothing where it is not the holder's.
    func release(_ lock: CacheLock) async throws
    /// Results that are kept, newest first, `limit` at most.
    func results(matching filter: CacheFilter, limit: Int, at: Timestamp) async throws -> [CacheEntry]
    /// How many results a filter means.
    func countResults(matching filter: CacheFilter, at: Timestamp) async throws -> CacheRemovals
    /// Removes results, `limit` at most; returns what went.
    func removeResults(matching filter: CacheFilter, limit: Int, at: Timestamp) async throws -> CacheRemovals

    // MARK: Concurrency limits

    /// Takes a slot of each of a task's tags, or a place among those that wait for them. Safe to repeat; who waits has to,
    /// within ``SlotLimits/patience``.
    ///
    /// - Throws: ``StoreError/missingRun(_:)`` where the attempt is not live.
    func takeSlots(_ draft: SlotDraft, at: Timestamp) async throws -> SlotChange<SlotAnswer>
    /// Gives slots back, or a place among those that wait; returns the tasks that got theirs by it. Safe to repeat.
    func giveBackSlots(_ id: Identifier, of attempt: AttemptKey, at: Timestamp) async throws -> [Identifier]
    /// Gives slots of attempts that are over to those that wait; returns the tasks that got theirs.
    func grantFreeSlots(at: Timestamp) async throws -> [Identifier]
    /// Makes or changes the limit of a tag. Tasks that hold slots keep them.
    func saveConcurrencyLimit(_ tag: String, _ limit: Int, at: Timestamp) async throws -> SlotChange<ConcurrencyLimit?>
    /// All limits by tag.
    func concurrencyLimits() async throws -> [ConcurrencyLimit]
    /// A limit with those that hold its slots or wait for them; nil where the tag has none.
    func concurrencyLimit(_ tag: String) async throws -> ConcurrencyLimitStatus?
    /// Removes a limit; false where the tag has none.
    func deleteConcurrencyLimit(_ tag: String, at: Timestamp) async throws -> SlotChange<Bool>
    /// Takes the slots of a tag from all that hold them, whether they are at work or not; nil where the tag has no limit.
    func resetConcurrencyLimit(_ tag: String, at: Timestamp) async throws -> SlotChange<ConcurrencyReset?>

    // MARK: Retention

    /// Counts what a pass of retention has to know.
    func survey(_ rules: RetentionRules) async throws -> RetentionSurvey
    /// Takes the turn to remove what is kept no longer, until a time; false where another controller has it.
    func beginRetention(by holder: String, until: Timestamp, at: Timestamp) async throws -> Bool
    /// Removes some of what the rules let go.
    func retire(_ turn: RetentionTurn) async throws -> RetentionStep
    /// Notes the end of a pass of `holder`, and lets others make the next.
    func endRetention(by holder: String, _ pass: RetentionPass) async throws
    /// The last pass of any controller that has ended.
    func lastRetention() async throws -> RetentionPass?
    /// What is kept, and what a pass would remove; takes a look at all logs.
    func retentionStatus(_ policy: RetentionPolicy, at: Timestamp) async throws -> RetentionStatus
    /// Gives some of the space back that removed rows took up; to be called until there is no more.
    func giveBackSpace() async throws -> SpaceReturn

    // MARK: Limits of runs

    /// Makes or changes a limit of runs. Those that hold slots keep them.
    ///
    /// - Parameter strategy: nil = as before, or `enqueue`.
    func saveRunLimit(
        _ key: LimitKey, slots: Int, strategy: CollisionStrategy?, at: Timestamp
    ) async throws -> RunLimit?
    /// Removes a limit of runs, and lets those go that wait for it; false where there is none.
    func deleteRunLimit(_ key: LimitKey) async throws -> Bool
    /// All limits of runs by key.
    func runLimits() async throws -> [RunLimit]
    /// A limit with those that hold its slots or wait for them; nil where there is none.
    func runLimit(_ key: LimitKey) async throws -> RunLimitStatus?

    // MARK: Agents and queues

    /// Every agent ever seen, by name.
    func agents() async throws -> [AgentStatus]
    /// Notes who wishes that an agent ends its runs and then itself; nil = nobody does any more.
    ///
    /// - Throws: ``StoreError/unknownAgent(_:known:)``.
    func setDrain(_ wish: AgentWish?, of agent: String) async throws -> AgentStatus
    /// Notes who wishes that an agent gets no new runs; nil = nobody does any more.
    ///
    /// - Throws: ``StoreError/unknownAgent(_:known:)``.
    func setMaintenance(_ wish: AgentWish?, of agent: String) async throws -> AgentStatus
    /// Every queue, and every name of one that a deployment, a run or an agent has, by name; agents count as polling from
    /// `since` on.
    func workQueues(polledSince since: Timestamp, at: Timestamp) async throws -> [WorkQueueStatus]
    /// The names of all queues.
    func queueNames() async throws -> [String]
    /// Makes a queue.
    ///
    /// - Throws: ``StoreError/queueExists(_:)``, unless the request says that it may.
    func createQueue(_ request: WorkQueueRequest, at: Timestamp) async throws
    /// Changes a queue.
    ///
    /// - Throws: ``StoreError/unknownQueue(_:known:)``.
    func changeQueue(_ name: String, _ change: WorkQueueChange, by actor: String, at: Timestamp) async throws
    /// Removes a queue.
    ///
    /// - Throws: ``StoreError/unknownQueue(_:known:)``; ``StoreError/queueInUse(_:deployments:runs:)``.
    func deleteQueue(_ name: String) async throws
    /// The first runs of a queue that wait, in the order of their turns: those whose turn it is, then those that are held back,
    /// then those whose time has not come.
    func waitingRuns(in queue: String, limit: Int, at: Timestamp) async throws -> [FlowRun]

    // MARK: Blocks

    /// Saves a block under its type and name.
    ///
    /// - Throws: ``StoreError/variableTaken(_:by:)`` where another block has the same environment variable,
    ///   ``StoreError/missingBlock(_:)`` where it refers to a block that does not exist.
    func saveBlock(_ block: StoredBlock) async throws
    /// All blocks by type and name.
    func blocks() async throws -> [StoredBlock]
    /// The block of that type and name.
    func block(_ key: BlockKey) async throws -> StoredBlock?
    /// Removes a block; false where there is none.
    ///
    /// - Throws: ``StoreError/blockInUse(_:by:)`` where another block refers to it.
    func deleteBlock(_ key: BlockKey) async throws -> Bool
}

extension Store {
    /// Notes that an agent asked for work, and gives it runs that are due.
    package func claim(_ request: ClaimRequest) async throws -> [Claim] { try await work(for: request).claims }
}

extension Store {
    /// Asks for a run to be ended, whatever state it is in.
    package func requestCancellation(
        of run: Identifier, _ request: CancellationRequest
    ) async throws -> CancellationOutcome {
        try await requestCancellation(of: run, request, inState: nil)
    }
}
