import OrchModel
import Synchronization

/// The questions this agent is answering now: one that takes long is handed out again, as its poll may have been cut off.
final class QuestionRegistry: Sendable {
    private let atWork = Mutex<Set<Identifier>>([])

    /// Takes a question in; false where it is being answered already.
    func begin(_ id: Identifier) -> Bool { atWork.withLock { $0.insert(id).inserted } }

    /// Lets a question go.
    func end(_ id: Identifier) { atWork.withLock { _ = $0.remove(id) } }
}
