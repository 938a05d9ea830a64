package import OrchModel

/// Schedules as people see and change them.
extension RelationalStore {
    package func schedules(ofDeployment id: Identifier?) async throws -> ScheduleList {
        try await read { db in
            try ScheduleRow.list(where: "deployment_id = coalesce(?, deployment_id)", [id?.description], db)
        }
    }

    package func schedule(_ id: Identifier) async throws -> StoredSchedule? {
        try await read { try ScheduleRow.find(id, $0) }
    }

    package func saveSchedule(
        _ spec: ScheduleSpec, of deployment: Identifier, replaces: Bool, at: Timestamp
    ) async throws -> ScheduleSaving {
        try await write { db in
            try db.lock("deployment")
            guard try Self.deployment(deployment, db) != nil else { return .noDeployment }
            // A step that is being taken moves it on first.
            let list = try ScheduleRow.list(
                where: "deployment_id = ? AND slug = ?", ["\(deployment)", spec.slug], locks: true, db)
            // One that cannot be read is replaced as a whole.
            for broken in list.unreadable {
                guard replaces else { return .exists }
                _ = try ScheduleRow.delete(broken.id, db)
            }
            let known = list.readable.first
            var id = known?.id
            if let known {
                guard replaces else { return .exists }
                try ScheduleRow.update(known, to: spec, at: at, db)
            } else {
                id = try ScheduleRow.insert(spec, of: deployment, at: at, db)
            }
            guard let id, let saved = try ScheduleRow.find(id, db) else { return .noDeployment }
            return .saved(saved, isNew: known == nil)
        }
    }

    package func replaceSchedules(
        of deployment: Identifier, with specs: [ScheduleSpec], seen: [Identifier: Timestamp]?, at: Timestamp
    ) async throws -> ScheduleReplacement {
        try await write { db in
            try db.lock("deployment")
            guard try Self.deployment(deployment, db) != nil else { return .noDeployment }
            func all() throws -> ScheduleList {
                try ScheduleRow.list(where: "deployment_id = ?", ["\(deployment)"], locks: true, db)
            }
            let before = try all()
            let known = before.readable
            let changes = Dictionary(known.map { ($0.id, $0.updatedAt) }) { $1 }
            guard seen == nil || seen == changes else { return .changed(known) }
            let removed = known.filter { schedule in !specs.contains { $0.slug == schedule.spec.slug } }
            for schedule in removed { _ = try ScheduleRow.delete(schedule.id, db) }
            // One that cannot be read goes as well.
            for broken in before.unreadable { _ = try ScheduleRow.delete(broken.id, db) }
            for spec in specs {
                if let schedule = known.first(where: { $0.spec.slug == spec.slug }) {
                    try ScheduleRow.update(schedule, to: spec, at: at, db)
                } else {
                    _ = try ScheduleRow.insert(spec, of: deployment, at: at, db)
                }
            }
            return .done(kept: try all().readable, removed: removed)
        }
    }

    package func pauseSchedule(
        _ id: Identifier, _ pause: SchedulePause, at: Timestamp
    ) async throws -> StoredSchedule? {
        try await write { db in
            let row = try ScheduleRow.all(where: "id = ? \(db.dialect.forUpdate)", ["\(id)"], db).first
            guard let known = row else { return nil }
            let isActive = !pause.isPaused
            guard known.isActive != isActive else { return known }
            try ScheduleRow.notePause(id, isPaused: pause.isPaused, reason: pause.reason, at: at, db)
            try db.run(
                """
                UPDATE schedule SET is_active = ?, revision = revision + 1, next_at = ?, failures = ?, failures_since = ?,
                    pause_reason = ?, updated_at = ?
                WHERE id = ?
                """,
                [
                    isActive ? 1 : 0, isActive ? at.microseconds : nil, isActive ? 0 : known.failures,
                    isActive ? at.microseconds : known.failuresSince.microseconds, isActive ? nil : pause.reason,
                    at.microseconds, "\(id)",
                ])
            if isActive, pause.skipsMissed == true { try Self.skipMissed(known, at: at, db) }
            return try ScheduleRow.find(id, db)
        }
    }

    /// Passes over the slots that came while a deployment was paused, of those of its schedules that are not paused themselves.
    static func skipMissed(ofDeployment id: Identifier, at: Timestamp, _ db: any SQLSession) throws {
        let schedules = try ScheduleRow.list(
            where: "deployment_id = ? AND is_active = 1", ["\(id)"], locks: true, db)
        for schedule in schedules.readable { try skipMissed(schedule, paused: "its deployment", at: at, db) }
    }

    /// Passes over the slots that came while a schedule made no runs, and says so.
    ///
    /// - Parameter paused: what was paused. Defaults to the schedule.
    private static func skipMissed(
        _ schedule: StoredSchedule, paused: String = "the schedule", at: Timestamp, _ db: any SQLSession
    ) throws {
        guard let timetable = try? schedule.spec.timetable(),
            let last = timetable.previous(before: at + .microseconds(1))
        else { return }
        let after = schedule.cursor.map(timetable.instant) ?? schedule.cursorAt
        // What is before a rule's first slot is none of it.
        guard let first = timetable.next(after: after), first.instant <= last.instant else { return }
        let isOne = first.slot == last.slot
        let record = ScheduleSlotRecord(
            first: first.slot, last: last.slot, count: isOne ? 1 : 0, outcome: .skipped,
            reason: "it passed while \(paused) was paused\(schedule.pauseReason.map { " (\($0))" } ?? ""), "
                + "and whoever resumed it wanted none of these", at: at)
        try ScheduleSlotRow.add(record, to: schedule.id, db)
        try db.run("UPDATE schedule SET cursor_slot = ? WHERE id = ?", ["\(last.slot)", "\(schedule.id)"])
    }

    package func deleteSchedule(_ id: Identifier) async throws -> Bool {
        try await write { try ScheduleRow.delete(id, $0) }
    }

    package func slots(ofSchedule id: Identifier, limit: Int) async throws -> [ScheduleSlotRecord] {
        try await read { try ScheduleSlotRow.newest(of: id, limit: limit, $0) }
    }

    /// Gives a deployment the schedules that its content says; nil leaves those that it has.
    ///
    /// What the content said before in the same words stays as it was changed elsewhere. One that it said and says no more is
    /// removed, and where it says that there are none, all are.
    ///
    /// - Parameter before: what the content said so far.
    static func replaceSchedules(
        of deployment: Deployment, with schedules: [ScheduleSpec]?, before: [ScheduleSpec]?, at: Timestamp,
        _ db: any SQLSession
    ) throws {
        try lookAtSchedules(of: deployment.id, at: at, db)
        guard let schedules else { return }
        let list = try ScheduleRow.list(where: "deployment_id = ?", ["\(deployment.id)"], locks: true, db)
        let known = list.readable
        let slugs = Set(schedules.map(\.slug))
        let said = Set((before ?? []).map(\.slug))
        // One that cannot be read goes where it would be removed or changed.
        for broken in list.unreadable {
            let now = schedules.first { $0.slug == broken.slug }
            let stays = now.map { before?.contains($0) == true } ?? !(schedules.isEmpty || said.contains(broken.slug))
            if !stays { _ = try ScheduleRow.delete(broken.id, db) }
        }
        for schedule in known where !slugs.contains(schedule.spec.slug) {
            guard schedules.isEmpty || said.contains(schedule.spec.slug) else { continue }
            _ = try ScheduleRow.delete(schedule.id, db)
        }
        for spec in schedules where before?.contains(spec) != true {
            if let schedule = known.first(where: { $0.spec.slug == spec.slug }) {
                try ScheduleRow.update(schedule, to: spec, at: at, db)
            } else {
                _ = try ScheduleRow.insert(spec, of: deployment.id, at: at, db)
            }
        }
    }

    /// Has the schedules of a deployment looked at, as it goes on, or has other parameters.
    static func lookAtSchedules(of deployment: Identifier, at: Timestamp, _ db: any SQLSession) throws {
        try db.run(
            """
            UPDATE schedule SET next_at = ?, revision = revision + 1
            WHERE deployment_id = ? AND is_active = 1
            """, [at.microseconds, "\(deployment)"])
    }

    /// Removes the schedules of a deployment that goes.
    static func deleteSchedules(of deployment: Identifier, _ db: any SQLSession) throws {
        for row in try db.rows("SELECT id FROM schedule WHERE deployment_id = ?", ["\(deployment)"]) {
            var reader = RowReader(row, table: "schedule")
            _ = try ScheduleRow.delete(try reader.next(String.self), db)
        }
    }
}
