import OrchModel

/// Rows of `schedule_slot`.
enum ScheduleSlotRow {
    /// So many rows of a schedule are kept.
    static let kept: Int64 = 1000

    /// Adds what became of slots: to the last row where they follow on it and had the same fate, else as a row of its own.
    static func add(_ record: ScheduleSlotRecord, to schedule: Identifier, _ db: any SQLSession) throws {
        if record.outcome == .skipped {
            let joined = try db.run(
                """
                UPDATE schedule_slot SET last_slot = ?1, at = ?2,
                    slots = CASE WHEN slots = 0 OR ?3 = 0 THEN 0 ELSE slots + ?3 END
                WHERE schedule_id = ?4 AND number = (SELECT slot_rows FROM schedule WHERE id = ?4)
                    AND outcome = 'skipped' AND reason = ?5
                """,
                [
                    "\(record.last)", record.at.microseconds, record.count, "\(schedule)", record.reason ?? "",
                ])
            guard joined == 0 else { return }
        }
        try db.post("UPDATE schedule SET slot_rows = slot_rows + 1 WHERE id = ?", ["\(schedule)"])
        try db.post(
            """
            INSERT INTO schedule_slot (schedule_id, number, first_slot, last_slot, slots, outcome, reason, run_id, at)
            SELECT id, slot_rows, ?2, ?3, ?4, ?5, ?6, ?7, ?8 FROM schedule WHERE id = ?1
            """,
            [
                "\(schedule)", "\(record.first)", "\(record.last)", record.count, record.outcome.rawValue,
                record.reason,
                record.runID?.description, record.at.microseconds,
            ])
        try db.post(
            """
            DELETE FROM schedule_slot
            WHERE schedule_id = ?1 AND number <= (SELECT slot_rows - ?2 FROM schedule WHERE id = ?1)
            """, ["\(schedule)", kept])
    }

    /// The newest rows, the newest first.
    static func newest(of schedule: Identifier, limit: Int, _ db: any SQLSession) throws -> [ScheduleSlotRecord] {
        try db.rows(
            """
            SELECT slot.first_slot, slot.last_slot, slot.slots, slot.outcome, slot.reason, slot.run_id, flow_run.name,
                flow_run.state_name, slot.at
            FROM schedule_slot slot LEFT JOIN flow_run ON flow_run.id = slot.run_id
            WHERE slot.schedule_id = ? ORDER BY slot.number DESC LIMIT ?
            """, ["\(schedule)", limit]
        ).map { row in
            var reader = RowReader(row, table: "schedule_slot")
            let (first, last) = (try slot(&reader), try slot(&reader))
            let count: Int = try reader.next()
            let outcome: ScheduleSlotRecord.Outcome = try reader.word()
            let reason: String? = try reader.optional()
            let run = try reader.optionalIdentifier()
            let (name, state): (String?, String?) = (try reader.optional(), try reader.optional())
            return ScheduleSlotRecord(
                first: first, last: last, count: count, outcome: outcome, reason: reason, runID: run, runName: name,
                runState: state, at: try reader.time())
        }
    }

    private static func slot(_ reader: inout RowReader) throws -> ScheduleSlot {
        let text: String = try reader.next()
        guard let slot = ScheduleSlot(text) else {
            throw StoreError.corrupt(table: "schedule_slot", column: "slot", value: text)
        }
        return slot
    }
}
