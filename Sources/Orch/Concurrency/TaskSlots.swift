import OrchClient

/// Where tasks get the slots of their tags.
protocol TaskSlots: Sendable {
    /// Takes a slot of each tag, or none; waits for them up to `seconds`. Safe to repeat.
    ///
    /// - Throws: ``SlotFault``; `CancellationError`.
    func take(_ id: Identifier, _ request: SlotRequest) async throws -> SlotAnswer
    /// Gives slots back, or the place among those that wait.
    func giveBack(_ id: Identifier) async throws
}

/// Why no slots were given.
enum SlotFault: Error {
    /// Nobody answers, or not in a way that tells anything: they are to be asked for again.
    case noAnswer(reason: String)
    /// The controller knows no limits: it is older than they are.
    case unknown
}

/// The controller's slots, asked for with the run's own key.
struct ControllerTaskSlots: TaskSlots {
    let client: OrchClient

    func take(_ id: Identifier, _ request: SlotRequest) async throws -> SlotAnswer {
        do throws(OrchClientError) {
            return try await client.takeSlots(id, request)
        } catch {
            throw Self.fault(error)
        }
    }

    func giveBack(_ id: Identifier) async throws {
        do throws(OrchClientError) {
            try await client.giveBackSlots(id)
        } catch {
            throw Self.fault(error)
        }
    }

    private static func fault(_ error: OrchClientError) -> any Error {
        if error.isCancellation { return CancellationError() }
        switch error {
        // It knows of no limits; or cannot read what was asked, and so has no limit of it, the next time neither.
        case .fault(status: 404, _), .fault(status: 405, _), .fault(status: 400, _), .fault(status: 422, _):
            return SlotFault.unknown
        default: return SlotFault.noAnswer(reason: ReportedText.message(of: error))
        }
    }
}
