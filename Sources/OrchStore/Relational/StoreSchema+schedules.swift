extension StoreSchema {
    /// When schedules and deployments were paused for the last time, and why: slots that passed meanwhile say so.
    static let pastPauses = """
        ALTER TABLE schedule ADD COLUMN paused_at INTEGER;
        ALTER TABLE schedule ADD COLUMN resumed_at INTEGER;
        ALTER TABLE schedule ADD COLUMN past_reason TEXT;
        ALTER TABLE deployment ADD COLUMN paused_at INTEGER;
        ALTER TABLE deployment ADD COLUMN resumed_at INTEGER;
        UPDATE schedule SET paused_at = updated_at, past_reason = pause_reason WHERE is_active = 0;
        UPDATE deployment SET paused_at = updated_at WHERE is_paused = 1;
        """

    /// Schedules of deployments, and what became of their slots.
    ///
    /// A schedule is looked at when `next_at` comes, which is a hint: to look too early does no harm. `cursor_slot` is the last
    /// slot that was dealt with; before the first one, slots after `cursor_at` count. Each change makes `revision` greater, so
    /// that of several who decide about the same slots one is heard.
    static let schedules = """
        CREATE TABLE schedule (
            id TEXT NOT NULL PRIMARY KEY,
            deployment_id TEXT NOT NULL REFERENCES deployment (id) ON DELETE CASCADE,
            slug TEXT NOT NULL,
            spec TEXT NOT NULL,
            is_active INTEGER NOT NULL,
            revision INTEGER NOT NULL,
            cursor_at INTEGER NOT NULL,
            cursor_slot TEXT,
            next_at INTEGER,
            caught_up_at INTEGER NOT NULL,
            failures INTEGER NOT NULL,
            failures_since INTEGER NOT NULL,
            pause_reason TEXT,
            slot_rows INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            UNIQUE (deployment_id, slug)
        ) STRICT;
        CREATE INDEX schedule_due ON schedule (next_at, id) WHERE next_at IS NOT NULL;
        CREATE TABLE schedule_slot (
            schedule_id TEXT NOT NULL REFERENCES schedule (id) ON DELETE CASCADE,
            number INTEGER NOT NULL,
            first_slot TEXT NOT NULL,
            last_slot TEXT NOT NULL,
            slots INTEGER NOT NULL,
            outcome TEXT NOT NULL,
            reason TEXT,
            run_id TEXT,
            at INTEGER NOT NULL,
            PRIMARY KEY (schedule_id, number)
        ) STRICT;
        """
}
