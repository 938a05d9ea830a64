import OrchModel

/// What can be said of a request for a run before its deployment is known.
struct RunRequestChecks: Sendable {
    let request: FlowRunRequest

    init(_ request: FlowRunRequest) {
        self.request = request
    }

    /// The longest note, in characters.
    static let longestNote = 4000

    /// - Throws: 422 with the first member that cannot be used.
    func check() throws {
        try RunMaker.check(tags: request.tags)
        if let key = request.idempotencyKey, key.isEmpty || key.utf8.count > 512 || !PlainText.isPlain(key) {
            throw APIFailure.invalid("the run's idempotency key: expected 1 to 512 bytes on one line")
        }
        if let priority = request.priority, !RunPriority.range.contains(priority) {
            throw APIFailure.invalid("the run's priority: expected 0 to 1000, got \(priority)")
        }
        try Self.check(note: request.notes)
    }

    /// - Throws: 422 where the note is too long, or holds a NUL.
    static func check(note: String?) throws {
        guard let note else { return }
        guard note.count <= longestNote, !note.utf8.contains(0) else {
            throw APIFailure.invalid("the run's notes: expected \(longestNote) characters at most, and no NUL")
        }
    }
}
