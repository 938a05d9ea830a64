import OrchModel
import OrchStore
import TimeZones

/// Finds schedules by the names people type, and shows them as they stand.
struct ScheduleFinder: Sendable {
    let store: any Store
    let registry: DeploymentRegistry
    var zones = ZoneDatabase.system

    /// The schedule called `deployment/slug` or `flow/deployment/slug`, that with an identifier, or the only one of a deployment.
    ///
    /// - Throws: 404 with the nearest names; 409 where a name fits several.
    func find(_ name: String, at now: Timestamp) async throws -> Schedule {
        if let id = Identifier(name) {
            guard let stored = try await store.schedule(id) else { throw Self.unknown(name, []) }
            return try await shown(stored, at: now)
        }
        let parts = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let listed = try await list(at: now)
        let all = listed.compactMap(\.readable)
        let found = all.filter { schedule in
            switch parts.count {
            case 1: schedule.deploymentName == parts[0]
            case 2:
                [schedule.deploymentName, schedule.spec.slug] == parts
                    || [schedule.flowName, schedule.deploymentName] == parts
            default: [schedule.flowName, schedule.deploymentName, schedule.spec.slug] == parts
            }
        }
        if found.isEmpty { try Self.checkReadable(listed, name) }
        let exact = found.filter { parts.count == 2 && $0.spec.slug == parts[1] && $0.deploymentName == parts[0] }
        if let only = exact.count == 1 ? exact.first : found.count == 1 ? found.first : nil { return only }
        guard found.isEmpty else {
            throw APIFailure.conflict(
                "\(PlainText.quoted(name)) fits several schedules: name one", details: found.prefix(20).map(\.fullName))
        }
        let names = Set(all.flatMap { [$0.fullName, "\($0.deploymentName)/\($0.spec.slug)"] })
        throw Self.unknown(name, NearestName.nearest(to: name, in: names))
    }

    /// - Throws: 409 where the name is that of a schedule that cannot be read.
    private static func checkReadable(_ listed: [ListedSchedule], _ name: String) throws {
        for case .unreadable(let schedule) in listed {
            guard ["\(schedule.deploymentName)/\(schedule.slug)", schedule.fullName].contains(name) else { continue }
            throw APIFailure.conflict(
                "the schedule \(schedule.fullName) cannot be read: \(schedule.problem); run the version that wrote it, save it anew "
                    + "(`orch schedule create --replace`), or remove it (`orch schedule delete \(schedule.id)`)")
        }
    }

    /// All, or those of a deployment, by full name; those that cannot be read among them.
    func list(of deployment: Deployment? = nil, at now: Timestamp) async throws -> [ListedSchedule] {
        let stored = try await store.schedules(ofDeployment: deployment?.id)
        guard !stored.readable.isEmpty || !stored.unreadable.isEmpty else { return [] }
        let all = if let deployment { [deployment] } else { try await store.deployments() }
        let deployments = Dictionary(all.map { ($0.id, $0) }) { first, _ in first }
        let readable = stored.readable.compactMap { schedule in
            deployments[schedule.deploymentID].map { ListedSchedule.schedule(shown(schedule, of: $0, at: now)) }
        }
        let unreadable = stored.unreadable.map { schedule in
            let owner = Identifier(schedule.deploymentID).flatMap { deployments[$0] }
            return ListedSchedule.unreadable(
                UnreadableSchedule(
                    id: schedule.id, deploymentName: owner?.name ?? schedule.deploymentID,
                    flowName: owner?.flowName ?? "", slug: schedule.slug, problem: schedule.reason))
        }
        return (readable + unreadable).sorted { $0.fullName < $1.fullName }
    }

    /// A schedule as people see it.
    func shown(_ stored: StoredSchedule, at now: Timestamp) async throws -> Schedule {
        guard let deployment = try await store.deployment(stored.deploymentID)?.deployment else {
            throw Self.unknown("\(stored.id)", [])
        }
        return shown(stored, of: deployment, at: now)
    }

    /// A schedule of a deployment that was found, as people see it.
    func shown(_ stored: StoredSchedule, of deployment: Deployment, at now: Timestamp) -> Schedule {
        let timetable = try? stored.spec.timetable(in: zones)
        // While it is paused, slots pass: the next one is that after now.
        let last = stored.cursor.flatMap { timetable?.instant(of: $0) }
        let next = timetable?.next(after: max(last ?? now, now))
        return Schedule(
            id: stored.id, deploymentID: stored.deploymentID, deploymentName: deployment.name,
            flowName: deployment.flowName, spec: stored.spec, isActive: stored.isActive,
            isDeploymentPaused: deployment.isPaused == true, pauseReason: stored.pauseReason, failures: stored.failures,
            lastSlot: stored.cursor, next: next.flatMap { timetable?.preview(of: $0) }, createdAt: stored.createdAt,
            updatedAt: stored.updatedAt)
    }

    static func unknown(_ name: String, _ nearest: [String]) -> APIFailure {
        let hint = nearest.first.map { ": did you mean \($0)?" } ?? ": `orch schedule ls` lists all"
        return .notFound("there is no schedule \(PlainText.quoted(name))\(hint)", details: nearest)
    }
}
