import CurlTransport
package import OrchModel

/// Schedules of deployments.
extension OrchClient {
    /// Makes a schedule, or changes one where the request says so: `POST /api/schedules`.
    ///
    /// - Throws: fault 409 `conflict` where there is one of its slug, 422 `invalid` with all that cannot be used.
    package func saveSchedule(_ request: ScheduleRequest) async throws(OrchClientError) -> ScheduleReply {
        try await send(Call(.post, "schedules"), request)
    }

    /// Gives a deployment these schedules and no others, all at once: `PUT /api/schedules`.
    ///
    /// - Throws: fault 409 `conflict` where it has others than were seen, 422 `invalid` with all that cannot be used.
    package func replaceSchedules(
        _ request: ScheduleReplacementRequest
    ) async throws(OrchClientError) -> ScheduleReplacementReply {
        try await send(Call(.put, "schedules"), request)
    }

    /// The schedules of a deployment, or all, those that cannot be read among them: `GET /api/schedules`.
    package func scheduleList(ofDeployment name: String? = nil) async throws(OrchClientError) -> [ListedSchedule] {
        try await get(Call(.get, "schedules").asking([("deployment", name)]))
    }

    /// Those that can be read: `GET /api/schedules`.
    package func schedules(ofDeployment name: String? = nil) async throws(OrchClientError) -> [Schedule] {
        try await scheduleList(ofDeployment: name).compactMap(\.readable)
    }

    /// The schedule that a name means: `GET /api/schedules/lookup`.
    ///
    /// - Throws: fault 404 `not_found` with the nearest names as details; 409 `conflict` where it fits several.
    package func schedule(named name: String) async throws(OrchClientError) -> Schedule {
        try await get(Call(.get, "schedules", "lookup").asking([("name", name)]))
    }

    /// Pauses a schedule, or lets it go on: `POST /api/schedules/{id}/pause`.
    package func pauseSchedule(_ id: Identifier, _ pause: SchedulePause) async throws(OrchClientError) -> Schedule {
        try await send(Call(.post, "schedules", "\(id)", "pause"), pause)
    }

    /// What became of the last slots of a schedule, the newest first: `GET /api/schedules/{id}/slots`.
    package func scheduleSlots(
        _ id: Identifier, limit: Int
    ) async throws(OrchClientError) -> [ScheduleSlotRecord] {
        try await get(Call(.get, "schedules", "\(id)", "slots").asking([("limit", "\(limit)")]))
    }

    /// Removes a schedule; its runs stay: `DELETE /api/schedules/{id}`.
    package func deleteSchedule(_ id: Identifier) async throws(OrchClientError) {
        _ = try await bytes(Call(.delete, "schedules", "\(id)"), body: .none)
    }
}
