extension StoreSchema {
    /// The tags in the JSON text of each run as rows `label.value`; other databases have functions of their own for that.
    static let tagsOfDetails = "json_each(flow_run.details, '$.tags') AS label"

    /// The runs of a queue that wait for a limit, in the order of their turns: queues have priorities.
    static let waitersByQueue = """
        CREATE INDEX flow_run_blocked_in_queue ON flow_run (blocked_on, work_queue, claim_order, number)
            WHERE blocked_on IS NOT NULL AND state_type = 'SCHEDULED';
        """

    /// When an agent's process said that it ends.
    static let farewells = "ALTER TABLE agent ADD COLUMN left_at INTEGER;"

    /// Queues as things of their own, limits of runs, the tags of runs, and what runs ask of agents.
    ///
    /// How many runs hold a slot is nowhere kept: those are counted that are live. `blocked_on` of a run is the limit that
    /// holds it back.
    static let queuesAndLimits = """
        CREATE TABLE work_queue (
            name TEXT NOT NULL PRIMARY KEY,
            description TEXT NOT NULL,
            priority INTEGER NOT NULL,
            paused_at INTEGER,
            paused_by TEXT,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL
        ) STRICT;
        INSERT INTO work_queue (name, description, priority, created_at, updated_at)
            SELECT name, '', 0, min(at), min(at) FROM (
                SELECT work_queue AS name, created_at AS at FROM deployment
                UNION ALL SELECT work_queue, created_at FROM flow_run WHERE root_number IS NULL) AS named
            GROUP BY name;
        INSERT INTO work_queue (name, description, priority, created_at, updated_at)
            VALUES ('default', '', 0, 0, 0) ON CONFLICT DO NOTHING;
        CREATE TABLE run_limit (
            key TEXT NOT NULL PRIMARY KEY,
            slots INTEGER NOT NULL,
            strategy TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE flow_run_tag (
            tag TEXT NOT NULL,
            run INTEGER NOT NULL REFERENCES flow_run (number) ON DELETE CASCADE,
            PRIMARY KEY (tag, run)
        ) STRICT;
        CREATE INDEX flow_run_tag_by_run ON flow_run_tag (run);
        INSERT INTO flow_run_tag (tag, run)
            SELECT DISTINCT label.value, flow_run.number FROM flow_run, \(tagsOfDetails)
            WHERE flow_run.root_number IS NULL;
        CREATE TABLE run_placement (placement TEXT NOT NULL PRIMARY KEY) STRICT;
        ALTER TABLE flow_run ADD COLUMN placement TEXT NOT NULL DEFAULT '';
        DROP INDEX flow_run_waiting;
        CREATE INDEX flow_run_claimable ON flow_run (work_queue, placement, claim_order, number)
            WHERE state_type = 'SCHEDULED' AND root_number IS NULL AND blocked_on IS NULL;
        CREATE INDEX flow_run_claimable_later ON flow_run (work_queue, placement, claim_order, number)
            WHERE state_type = 'SCHEDULED' AND root_number IS NULL AND blocked_on IS NULL AND priority > 0;
        CREATE INDEX flow_run_live_of_schedule ON flow_run (schedule_id)
            WHERE schedule_id IS NOT NULL AND \(isLive) AND root_number IS NULL;
        CREATE INDEX flow_run_live_of_backfill ON flow_run (backfill_id)
            WHERE backfill_id IS NOT NULL AND \(isLive) AND root_number IS NULL;
        ALTER TABLE agent ADD COLUMN labels TEXT;
        ALTER TABLE agent ADD COLUMN slots INTEGER;
        ALTER TABLE agent ADD COLUMN session TEXT;
        ALTER TABLE agent ADD COLUMN drain TEXT;
        ALTER TABLE agent ADD COLUMN drain_session TEXT;
        ALTER TABLE agent ADD COLUMN maintenance TEXT;
        """
}
