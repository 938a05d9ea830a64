import OrchModel

/// The tables, made by migrations that are only ever added to.
///
/// Written as SQLite has it (all tables are STRICT); other databases translate the types. Times are microseconds since
/// 1970, UTC. Identifiers are texts. The lines of logs are bytes, as a text would end at its first NUL.
enum StoreSchema {
    /// A run that a container may exist for. Written the same way wherever it is asked, so that the index serves.
    static let isLive = "state_type IN ('PENDING', 'RUNNING', 'PAUSED', 'CANCELLING')"

    /// A run or a task that has not ended.
    static let isOpen = "state_type NOT IN ('COMPLETED', 'FAILED', 'CANCELLED', 'CRASHED')"

    /// What brings an empty database up to date, in this order.
    static let migrations: [(name: String, sql: String)] = [
        ("1-first-slice", firstSlice), ("2-assets", assets), ("3-attempts", attempts),
        ("4-questions", questions), ("5-log-segments", logSegments), ("6-pauses-and-retention", pausesAndRetention),
        ("7-run-lists", runLists), ("8-task-details", taskDetails), ("9-agent-identities", agentIdentities),
        ("10-task-results", taskResults), ("11-retries-and-children", retriesAndChildren),
        ("13-artifacts", artifacts), ("14-concurrency-limits", concurrencyLimits), ("15-run-facts", runFacts),
        ("16-queues-and-limits", queuesAndLimits), ("17-schedules", schedules),
        ("18-deployment-versions", deploymentVersions), ("19-backfills", backfills),
        ("20-immediate-cancellations", immediateCancellations), ("21-waiters-by-queue", waitersByQueue),
        ("22-questions-by-placement", questionsByPlacement), ("23-request-marks", requestMarks),
        ("24-past-pauses", pastPauses), ("25-farewells", farewells),
    ]

    /// The migrations that a database lacks.
    ///
    /// - Parameters:
    ///   - applied: those that it has.
    ///   - path: where it is, for the error.
    /// - Throws: ``StoreError/newerSchema(path:unknown:)`` where it has others than ours.
    static func missing(from applied: Set<String>, path: String) throws -> [String] {
        let known = migrations.map(\.name)
        let unknown = applied.subtracting(known)
        guard unknown.isEmpty else { throw StoreError.newerSchema(path: path, unknown: unknown.sorted()) }
        return known.filter { !applied.contains($0) }
    }

    /// What tells the request of a run or of a backfill from others that come with its key.
    private static let requestMarks = """
        ALTER TABLE flow_run ADD COLUMN request_marks TEXT;
        ALTER TABLE backfill ADD COLUMN request_marks TEXT;
        """

    /// Which agents may answer a question; limits of deployments that had been deleted before they took theirs along.
    private static let questionsByPlacement = """
        ALTER TABLE agent_task ADD COLUMN placement TEXT NOT NULL DEFAULT '';
        DELETE FROM run_limit WHERE key LIKE 'deployment:%'
            AND NOT EXISTS (SELECT 1 FROM deployment WHERE 'deployment:' || deployment.id = run_limit.key);
        """

    /// Whether a run that is to end is killed at once: 1, else NULL.
    private static let immediateCancellations = "ALTER TABLE flow_run ADD COLUMN cancel_immediately INTEGER;"

    /// What deployments said before; whether their schedules make runs.
    private static let deploymentVersions = """
        CREATE TABLE deployment_version (
            deployment_id TEXT NOT NULL REFERENCES deployment (id) ON DELETE CASCADE,
            version INTEGER NOT NULL,
            content TEXT NOT NULL,
            sealed_parameters BLOB,
            fingerprint TEXT NOT NULL,
            restored INTEGER,
            created_at INTEGER NOT NULL,
            PRIMARY KEY (deployment_id, version)
        ) STRICT;
        INSERT INTO deployment_version
            (deployment_id, version, content, sealed_parameters, fingerprint, restored, created_at)
            SELECT id, version, content, sealed_parameters, fingerprint, NULL, updated_at FROM deployment;
        ALTER TABLE deployment ADD COLUMN is_paused INTEGER NOT NULL DEFAULT 0;
        """

    /// What makes runs and orders them: their turn among those that wait, the limit that holds one back, what made it, and when
    /// it is late or has to have ended. A run that waits for a limit is in no index that work is looked for in.
    private static let runFacts = """
        ALTER TABLE flow_run ADD COLUMN priority INTEGER;
        ALTER TABLE flow_run ADD COLUMN claim_order INTEGER;
        ALTER TABLE flow_run ADD COLUMN blocked_on TEXT;
        ALTER TABLE flow_run ADD COLUMN idempotency_key TEXT;
        ALTER TABLE flow_run ADD COLUMN schedule_id TEXT;
        ALTER TABLE flow_run ADD COLUMN backfill_id TEXT;
        ALTER TABLE flow_run ADD COLUMN late_at INTEGER;
        ALTER TABLE flow_run ADD COLUMN deadline_at INTEGER;
        ALTER TABLE flow_run ADD COLUMN expected_span INTEGER;
        ALTER TABLE flow_run ADD COLUMN slow_attempt INTEGER;
        UPDATE flow_run SET claim_order = scheduled_for, late_at = scheduled_for + 15000000;
        DROP INDEX flow_run_waiting;
        CREATE INDEX flow_run_waiting ON flow_run (work_queue, claim_order, number)
            WHERE state_type = 'SCHEDULED' AND root_number IS NULL AND blocked_on IS NULL;
        CREATE INDEX flow_run_next ON flow_run (work_queue, scheduled_for)
            WHERE state_type = 'SCHEDULED' AND root_number IS NULL AND blocked_on IS NULL;
        CREATE INDEX flow_run_blocked ON flow_run (blocked_on, claim_order, number)
            WHERE state_type = 'SCHEDULED' AND blocked_on IS NOT NULL;
        CREATE INDEX flow_run_late ON flow_run (late_at)
            WHERE state_type = 'SCHEDULED' AND state_name = 'Scheduled' AND root_number IS NULL AND blocked_on IS NULL;
        CREATE INDEX flow_run_deadline ON flow_run (deadline_at) WHERE deadline_at IS NOT NULL AND \(isOpen);
        CREATE INDEX flow_run_expected ON flow_run (started_at)
            WHERE expected_span IS NOT NULL AND \(isLive) AND root_number IS NULL;
        CREATE UNIQUE INDEX flow_run_by_key ON flow_run (idempotency_key) WHERE idempotency_key IS NOT NULL;
        CREATE INDEX flow_run_by_schedule ON flow_run (schedule_id, number) WHERE schedule_id IS NOT NULL;
        CREATE INDEX flow_run_by_backfill ON flow_run (backfill_id, number) WHERE backfill_id IS NOT NULL;
        CREATE INDEX flow_run_live_of_deployment ON flow_run (deployment_id)
            WHERE \(isLive) AND root_number IS NULL;
        CREATE INDEX flow_run_live_in_queue ON flow_run (work_queue) WHERE \(isLive) AND root_number IS NULL;
        CREATE INDEX flow_run_open_of_schedule ON flow_run (schedule_id)
            WHERE schedule_id IS NOT NULL AND \(isOpen);
        """

    /// How many tasks with a tag may be at work, and which are or wait: each by the attempt whose container it is in, as a slot
    /// is held for as long as that is live.
    private static let concurrencyLimits = """
        CREATE TABLE concurrency_limit (
            tag TEXT NOT NULL PRIMARY KEY,
            slots INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE concurrency_slot (
            position INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            run INTEGER NOT NULL REFERENCES flow_run (number) ON DELETE CASCADE,
            attempt INTEGER NOT NULL,
            task_run_id TEXT NOT NULL,
            task_name TEXT NOT NULL,
            tags TEXT NOT NULL,
            asked_at INTEGER NOT NULL,
            seen_at INTEGER NOT NULL,
            granted_at INTEGER,
            confirmed INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX concurrency_slot_by_run ON concurrency_slot (run);
        CREATE INDEX concurrency_slot_waiting ON concurrency_slot (position) WHERE granted_at IS NULL;
        CREATE TABLE concurrency_slot_tag (
            tag TEXT NOT NULL,
            slot INTEGER NOT NULL REFERENCES concurrency_slot (position) ON DELETE CASCADE,
            PRIMARY KEY (tag, slot)
        ) STRICT;
        CREATE INDEX concurrency_slot_tag_by_slot ON concurrency_slot_tag (slot);
        """

    /// Which task runs are of earlier attempts; where in its parent a run was made, and whether that waits for it.
    private static let retriesAndChildren = """
        ALTER TABLE attempt ADD COLUMN tasks_before INTEGER;
        ALTER TABLE flow_run ADD COLUMN child_key TEXT;
        ALTER TABLE flow_run ADD COLUMN is_awaited INTEGER;
        CREATE INDEX flow_run_by_child_key ON flow_run (parent_id, child_key, number) WHERE child_key IS NOT NULL;
        """

    /// What runs made to be looked at. They belong to the run of the container, and go with it.
    private static let artifacts = """
        CREATE TABLE artifact (
            position INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            run INTEGER NOT NULL REFERENCES flow_run (number) ON DELETE CASCADE,
            root_run_id TEXT NOT NULL,
            flow_run_id TEXT NOT NULL,
            flow_run_name TEXT NOT NULL,
            flow_name TEXT NOT NULL,
            attempt INTEGER NOT NULL,
            sequence INTEGER NOT NULL,
            task_run_id TEXT,
            at INTEGER NOT NULL,
            key TEXT NOT NULL,
            type TEXT NOT NULL,
            description TEXT NOT NULL,
            bytes INTEGER NOT NULL,
            data TEXT NOT NULL,
            UNIQUE (run, attempt, sequence)
        ) STRICT;
        CREATE INDEX artifact_by_time ON artifact (at, position);
        CREATE INDEX artifact_by_key ON artifact (key, at, position);
        """

    /// Results of tasks, and who computes one: a lease, so that two do not. They refer to no run, as they outlive it.
    private static let taskResults = """
        CREATE TABLE task_result (
            flow_name TEXT NOT NULL,
            key TEXT NOT NULL,
            subject TEXT NOT NULL,
            task_name TEXT NOT NULL,
            code_version TEXT NOT NULL,
            bytes INTEGER NOT NULL,
            run_id TEXT NOT NULL,
            run_name TEXT NOT NULL,
            made_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL,
            hits INTEGER NOT NULL,
            last_hit_at INTEGER,
            used_at INTEGER NOT NULL,
            value BLOB NOT NULL,
            PRIMARY KEY (flow_name, key)
        ) STRICT;
        CREATE INDEX task_result_by_subject ON task_result (flow_name, subject, made_at);
        CREATE INDEX task_result_by_time ON task_result (made_at, key);
        CREATE INDEX task_result_by_expiry ON task_result (expires_at);
        CREATE INDEX task_result_by_use ON task_result (used_at, bytes);
        CREATE TABLE task_result_lock (
            flow_name TEXT NOT NULL,
            key TEXT NOT NULL,
            holder TEXT NOT NULL,
            run_id TEXT NOT NULL,
            run_name TEXT NOT NULL,
            expires_at INTEGER NOT NULL,
            PRIMARY KEY (flow_name, key)
        ) STRICT;
        CREATE INDEX task_result_lock_by_expiry ON task_result_lock (expires_at);
        """

    /// What else is known of a task run, and how far it is, as JSON.
    private static let taskDetails = """
        ALTER TABLE task_run ADD COLUMN details TEXT;
        ALTER TABLE task_run ADD COLUMN progress TEXT;
        """

    /// Which agent of a name holds it, and since when.
    private static let agentIdentities = """
        ALTER TABLE agent ADD COLUMN identity TEXT;
        ALTER TABLE agent ADD COLUMN held_since INTEGER;
        """

    /// Wishes short of a run's end; what retention has begun to remove (`logs`, or the whole `run`), and who is at it.
    private static let pausesAndRetention = """
        ALTER TABLE flow_run ADD COLUMN request TEXT;
        ALTER TABLE flow_run ADD COLUMN logs_removed_at INTEGER;
        ALTER TABLE flow_run ADD COLUMN retiring TEXT;
        CREATE INDEX flow_run_ended ON flow_run (ended_at, number)
            WHERE root_number IS NULL AND ended_at IS NOT NULL;
        CREATE INDEX flow_run_ended_with_logs ON flow_run (ended_at, number)
            WHERE root_number IS NULL AND ended_at IS NOT NULL AND logs_removed_at IS NULL;
        CREATE INDEX flow_run_ended_by_deployment ON flow_run (deployment_id, number)
            WHERE root_number IS NULL AND ended_at IS NOT NULL;
        CREATE INDEX flow_run_retiring ON flow_run (number) WHERE retiring IS NOT NULL;
        CREATE TABLE retention_pass (
            singleton INTEGER PRIMARY KEY CHECK (singleton = 1),
            holder TEXT,
            held_until INTEGER NOT NULL,
            ended_at INTEGER,
            removed TEXT
        ) STRICT;
        INSERT INTO retention_pass (singleton, held_until) VALUES (1, 0);
        """

    /// What runs wrote. It refers to no run, as the objects stay when runs are removed.
    private static let assets = """
        CREATE TABLE asset (
            position INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            flow_run_id TEXT NOT NULL,
            root_run_id TEXT NOT NULL,
            flow_run_name TEXT NOT NULL,
            flow_name TEXT NOT NULL,
            attempt INTEGER NOT NULL,
            at INTEGER NOT NULL,
            dataset TEXT NOT NULL,
            uri TEXT NOT NULL,
            sha256 TEXT NOT NULL,
            record TEXT NOT NULL,
            UNIQUE (flow_run_id, attempt, uri, sha256)
        ) STRICT;
        CREATE INDEX asset_by_time ON asset (at, position);
        CREATE INDEX asset_by_uri ON asset (uri, at, position);
        CREATE INDEX asset_by_dataset ON asset (dataset, at, position);
        """

    /// Logs in segments of many lines, the content packed. `log_state` and `log_attempt` tell how far a log has come,
    /// `log_remark` the numbers of remarks that are in it. What `log_record` still holds is moved when the store is opened.
    private static let logSegments = """
        CREATE TABLE log_state (
            run INTEGER NOT NULL PRIMARY KEY REFERENCES flow_run (number) ON DELETE CASCADE,
            day INTEGER NOT NULL,
            lines INTEGER NOT NULL,
            bytes INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE log_attempt (
            run INTEGER NOT NULL REFERENCES flow_run (number) ON DELETE CASCADE,
            attempt INTEGER NOT NULL,
            lines INTEGER NOT NULL,
            flow INTEGER NOT NULL,
            stdout INTEGER NOT NULL,
            stderr INTEGER NOT NULL,
            small INTEGER NOT NULL,
            dropped_lines INTEGER NOT NULL,
            dropped_bytes INTEGER NOT NULL,
            told_lines INTEGER NOT NULL,
            PRIMARY KEY (run, attempt)
        ) STRICT;
        CREATE TABLE log_remark (
            run INTEGER NOT NULL REFERENCES flow_run (number) ON DELETE CASCADE,
            attempt INTEGER NOT NULL,
            sequence INTEGER NOT NULL,
            PRIMARY KEY (run, attempt, sequence)
        ) STRICT;
        CREATE TABLE log_segment (
            day INTEGER NOT NULL,
            run INTEGER NOT NULL REFERENCES flow_run (number) ON DELETE CASCADE,
            first INTEGER NOT NULL,
            attempt INTEGER NOT NULL,
            line INTEGER NOT NULL,
            lines INTEGER NOT NULL,
            bytes INTEGER NOT NULL,
            earliest INTEGER NOT NULL,
            latest INTEGER NOT NULL,
            level INTEGER NOT NULL,
            children TEXT,
            content BLOB NOT NULL,
            PRIMARY KEY (run, first, day)
        ) STRICT\(partitionedByDay);
        """

    /// Follows a table whose rows are kept apart by day, where the database can.
    static let partitionedByDay = " /* partitioned by day */"

    /// Lists of runs in their order whatever narrows them: what a list shows is all that is read. Runs inside
    /// another one's container are in no such list. And the waiting runs by the time when they are due, in whatever queue.
    private static let runLists = """
        DROP INDEX flow_run_by_state;
        DROP INDEX flow_run_by_deployment;
        DROP INDEX flow_run_by_flow;
        DROP INDEX flow_run_by_parent;
        CREATE INDEX flow_run_by_parent ON flow_run (parent_id, number) WHERE parent_id IS NOT NULL;
        CREATE INDEX flow_run_listed ON flow_run (number) WHERE root_number IS NULL;
        CREATE INDEX flow_run_by_state ON flow_run (state_type, number) WHERE root_number IS NULL;
        CREATE INDEX flow_run_by_state_name ON flow_run (lower(state_name), number) WHERE root_number IS NULL;
        CREATE INDEX flow_run_by_deployment ON flow_run (deployment_name, number) WHERE root_number IS NULL;
        CREATE INDEX flow_run_by_deployment_state ON flow_run (deployment_name, state_type, number)
            WHERE root_number IS NULL;
        CREATE INDEX flow_run_by_flow ON flow_run (flow_name, number) WHERE root_number IS NULL;
        CREATE INDEX flow_run_by_flow_state ON flow_run (flow_name, state_type, number) WHERE root_number IS NULL;
        CREATE INDEX flow_run_due ON flow_run (scheduled_for, number)
            WHERE state_type = 'SCHEDULED' AND root_number IS NULL;
        """

    /// Questions that wait for an agent: of minutes, not of record.
    private static let questions = """
        CREATE TABLE agent_task (
            id TEXT NOT NULL PRIMARY KEY,
            work_queue TEXT NOT NULL,
            question TEXT NOT NULL,
            answer TEXT,
            taken_at INTEGER,
            expires_at INTEGER NOT NULL
        ) STRICT;
        """

    /// Each container of a run; and whose key sealed what the store holds.
    private static let attempts = """
        CREATE TABLE attempt (
            run INTEGER NOT NULL REFERENCES flow_run (number) ON DELETE CASCADE,
            number INTEGER NOT NULL,
            agent TEXT,
            claimed_at INTEGER NOT NULL,
            started_at INTEGER,
            ended_at INTEGER,
            state_type TEXT NOT NULL,
            state_name TEXT NOT NULL,
            state_message TEXT NOT NULL,
            state_at INTEGER NOT NULL,
            state_actor TEXT NOT NULL,
            details TEXT NOT NULL,
            PRIMARY KEY (run, number)
        ) STRICT;
        INSERT INTO attempt (run, number, agent, claimed_at, started_at, ended_at, state_type, state_name,
                state_message, state_at, state_actor, details)
            SELECT number, attempt, agent, created_at, started_at, ended_at, state_type, state_name, state_message,
                state_at, state_actor, '{}'
            FROM flow_run WHERE attempt > 0 AND root_number IS NULL;
        ALTER TABLE store ADD COLUMN key_id TEXT;
        """

    private static let firstSlice = """
        CREATE TABLE store (
            singleton INTEGER PRIMARY KEY CHECK (singleton = 1),
            instance TEXT NOT NULL
        ) STRICT;

        CREATE TABLE deployment (
            id TEXT NOT NULL PRIMARY KEY,
            flow_name TEXT NOT NULL,
            name TEXT NOT NULL,
            version INTEGER NOT NULL,
            work_queue TEXT NOT NULL,
            content TEXT NOT NULL,
            sealed_parameters BLOB,
            fingerprint TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            UNIQUE (flow_name, name)
        ) STRICT;
        CREATE INDEX deployment_by_name ON deployment (name);

        CREATE TABLE flow_run (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            digits_backwards TEXT NOT NULL,
            name TEXT NOT NULL,
            flow_name TEXT NOT NULL,
            deployment_id TEXT,
            deployment_name TEXT,
            deployment_version INTEGER,
            parent_id TEXT,
            root_number INTEGER REFERENCES flow_run (number) ON DELETE CASCADE,
            work_queue TEXT NOT NULL,
            image TEXT NOT NULL,
            state_type TEXT NOT NULL,
            state_name TEXT NOT NULL,
            state_message TEXT NOT NULL,
            state_at INTEGER NOT NULL,
            state_actor TEXT NOT NULL,
            attempt INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            scheduled_for INTEGER NOT NULL,
            started_at INTEGER,
            ended_at INTEGER,
            agent TEXT,
            lease_expires_at INTEGER,
            unobserved_since INTEGER,
            cancel_by TEXT,
            cancel_at INTEGER,
            details TEXT NOT NULL,
            launch TEXT,
            sealed_parameters BLOB
        ) STRICT;
        CREATE INDEX flow_run_by_digits_backwards ON flow_run (digits_backwards);
        CREATE INDEX flow_run_by_name ON flow_run (name);
        CREATE INDEX flow_run_by_parent ON flow_run (parent_id, number);
        CREATE INDEX flow_run_by_state ON flow_run (state_type, number);
        CREATE INDEX flow_run_by_deployment ON flow_run (deployment_name, number);
        CREATE INDEX flow_run_by_flow ON flow_run (flow_name, number);
        CREATE INDEX flow_run_by_root ON flow_run (root_number) WHERE root_number IS NOT NULL;
        CREATE INDEX flow_run_waiting ON flow_run (work_queue, scheduled_for, number)
            WHERE state_type = 'SCHEDULED' AND root_number IS NULL;
        CREATE INDEX flow_run_held ON flow_run (agent, number)
            WHERE \(isLive) AND root_number IS NULL;

        CREATE TABLE run_state (
            position INTEGER PRIMARY KEY,
            run INTEGER NOT NULL REFERENCES flow_run (number) ON DELETE CASCADE,
            attempt INTEGER NOT NULL,
            type TEXT NOT NULL,
            name TEXT NOT NULL,
            message TEXT NOT NULL,
            at INTEGER NOT NULL,
            actor TEXT NOT NULL
        ) STRICT;
        CREATE INDEX run_state_by_run ON run_state (run, position);

        CREATE TABLE log_record (
            position INTEGER PRIMARY KEY,
            run INTEGER NOT NULL REFERENCES flow_run (number) ON DELETE CASCADE,
            attempt INTEGER NOT NULL,
            source TEXT NOT NULL,
            sequence INTEGER NOT NULL,
            at INTEGER NOT NULL,
            level INTEGER NOT NULL,
            message BLOB NOT NULL,
            logger TEXT,
            task_run_id TEXT,
            child_run_id TEXT,
            UNIQUE (run, attempt, source, sequence)
        ) STRICT;
        CREATE INDEX log_record_by_run ON log_record (run, position);

        CREATE TABLE task_run (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            run INTEGER NOT NULL REFERENCES flow_run (number) ON DELETE CASCADE,
            flow_run_id TEXT NOT NULL,
            name TEXT NOT NULL,
            attempt INTEGER NOT NULL,
            state_type TEXT NOT NULL,
            state_name TEXT NOT NULL,
            state_message TEXT NOT NULL,
            state_at INTEGER NOT NULL,
            state_actor TEXT NOT NULL,
            started_at INTEGER,
            ended_at INTEGER
        ) STRICT;
        CREATE INDEX task_run_by_run ON task_run (run, number);
        CREATE INDEX task_run_by_flow_run ON task_run (flow_run_id, number);

        CREATE TABLE agent (
            name TEXT NOT NULL PRIMARY KEY,
            host TEXT NOT NULL,
            version TEXT NOT NULL,
            queues TEXT NOT NULL,
            engine TEXT,
            last_seen_at INTEGER NOT NULL,
            last_polled_at INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE block (
            type TEXT NOT NULL,
            name TEXT NOT NULL,
            sealed BLOB NOT NULL,
            variable TEXT NOT NULL UNIQUE,
            updated_at INTEGER NOT NULL,
            PRIMARY KEY (type, name)
        ) STRICT;
        CREATE TABLE block_reference (
            type TEXT NOT NULL,
            name TEXT NOT NULL,
            target_type TEXT NOT NULL,
            target_name TEXT NOT NULL,
            PRIMARY KEY (type, name, target_type, target_name),
            FOREIGN KEY (type, name) REFERENCES block (type, name) ON DELETE CASCADE
        ) STRICT;
        CREATE INDEX block_reference_by_target ON block_reference (target_type, target_name);
        """
}
