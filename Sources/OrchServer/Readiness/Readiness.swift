import Logging
import OrchStore
import Synchronization

/// Whether the controller can do its work: its store answers, and has the tables of this version.
final class Readiness: Sendable {
    /// Why it cannot, for anybody to read; the log has the details.
    enum Fault: String, Error {
        case silent = "the database does not answer within 2 s: the controller's log says more"
        case failed = "the database cannot be read: the controller's log says why"
        case otherSchema =
            "the database has the tables of another version of orch: run that version, or `orch database migrate`"
    }

    private let read: SharedRead<Bool>
    private let patience: Duration
    private let logger: Logger
    /// The last that was logged: whoever asks every second does not fill the log.
    private let logged = Mutex("")

    convenience init(store: any Store, logger: Logger) {
        self.init(logger: logger) { try await store.hasCurrentSchema() }
    }

    /// - Parameters:
    ///   - patience: how long the answer is waited for. Defaults to 2 s.
    ///   - hasCurrentSchema: asks the store.
    init(
        within patience: Duration = .seconds(2), logger: Logger,
        _ hasCurrentSchema: @escaping @Sendable () async throws -> Bool
    ) {
        read = SharedRead(hasCurrentSchema)
        self.patience = patience
        self.logger = logger
    }

    /// What keeps the controller from its work; nil where nothing does.
    func fault() async -> Fault? {
        do {
            guard try await read.value(within: patience) else {
                return note(.otherSchema, "it is not the schema of this version")
            }
            return note(nil, "")
        } catch let error as SharedRead<Bool>.Overdue {
            return note(.silent, "\(error)")
        } catch {
            return note(.failed, "\(error)")
        }
    }

    private func note(_ fault: Fault?, _ details: String) -> Fault? {
        let isNews = logged.withLock { logged in
            defer { logged = details }
            return logged != details
        }
        guard isNews else { return fault }
        if fault == nil {
            logger.notice("the controller is ready again")
        } else {
            logger.error("the controller is not ready", metadata: ["error": "\(details)"])
        }
        return fault
    }
}
