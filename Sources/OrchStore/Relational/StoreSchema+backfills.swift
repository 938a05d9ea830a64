extension StoreSchema {
    /// Backfills, and what spans of data runs are about, so that the runs of a span can be found.
    static let backfills = """
        CREATE TABLE backfill (
            position INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            deployment_id TEXT NOT NULL,
            deployment_name TEXT NOT NULL,
            flow_name TEXT NOT NULL,
            request TEXT NOT NULL,
            idempotency_key TEXT,
            created_at INTEGER NOT NULL,
            created_by TEXT NOT NULL,
            paused_at INTEGER,
            cancelled_at INTEGER,
            slots INTEGER NOT NULL,
            total INTEGER NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX backfill_by_key ON backfill (idempotency_key) WHERE idempotency_key IS NOT NULL;
        ALTER TABLE flow_run ADD COLUMN interval_start INTEGER;
        ALTER TABLE flow_run ADD COLUMN interval_end INTEGER;
        CREATE INDEX flow_run_by_interval ON flow_run (deployment_id, interval_start, number)
            WHERE interval_start IS NOT NULL;
        CREATE INDEX flow_run_by_interval_end ON flow_run (deployment_id, interval_end, number)
            WHERE interval_end IS NOT NULL;
        """
}
