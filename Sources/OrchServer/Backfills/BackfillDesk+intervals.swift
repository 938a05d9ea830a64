import OrchModel
import OrchStore

extension BackfillDesk {
    /// The intervals that a request means, each with what would be done about it.
    func intervals(
        of request: BackfillRequest, by schedule: ScheduleSpec, _ deployment: Deployment, at: Timestamp
    ) async throws -> [BackfillInterval] {
        let intervals: [BackfillInterval]
        do throws(ScheduleProblem) {
            intervals = try BackfillPlan(request, schedule: schedule).intervals(atMost: BackfillRequest.mostRuns)
        } catch {
            throw APIFailure.invalid("the backfill cannot be made: \(error)")
        }
        guard let first = intervals.first, let last = intervals.last else { return [] }
        let runs = try await store.lastRuns(
            of: deployment.id, from: first.dataInterval.start, to: last.dataInterval.start)
        return BackfillPlan.decide(intervals, runs: runs, mode: request.mode ?? .missing, at: at)
    }

    /// What divides time into intervals.
    func schedule(of request: BackfillRequest, _ deployment: Deployment) async throws -> ScheduleSpec {
        if let every = request.every {
            do throws(ScheduleProblem) {
                return try BackfillPlan.schedule(every: every, timezone: request.timezone ?? "UTC")
            } catch {
                throw APIFailure.invalid("the backfill cannot be made: \(error)")
            }
        }
        let schedules = try await store.schedules(ofDeployment: deployment.id).readable.map(\.spec)
        var found: ScheduleSpec
        if let slug = request.schedule {
            guard let schedule = schedules.first(where: { $0.slug == slug }) else {
                let nearest = NearestName.nearest(to: slug, in: schedules.map(\.slug), limit: 1).first
                throw APIFailure.invalid(
                    "\(deployment.fullName) has no schedule \"\(slug)\""
                        + (nearest.map { ": did you mean \($0)?" } ?? ""))
            }
            found = schedule
        } else {
            guard let schedule = schedules.first, schedules.count == 1 else {
                throw APIFailure.invalid(
                    schedules.isEmpty
                        ? "\(deployment.fullName) has no schedule: say what divides time (every: month)"
                        : "\(deployment.fullName) has several schedules: say which",
                    details: schedules.map(\.slug))
            }
            found = schedule
        }
        if let timezone = request.timezone { found.timezone = timezone }
        return found
    }
}
