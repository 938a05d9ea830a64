/// The attempt of a task whose result may have been made before.
///
/// Nothing that is wrong with the cache is wrong with the task: it does its work then, and its log tells why.
struct CachedTask<Value: Sendable>: Sendable {
    let policy: CachePolicy
    /// Where in its run the task is; nil where nobody keeps results.
    private var place: TaskPlace?
    /// The JSON text of a result.
    private let encode: @Sendable (Value) throws -> String
    /// The result of a JSON text.
    private let decode: @Sendable (String) throws -> Value

    /// The same, as a task that begins now. Called in the order in which the flow begins its tasks, not in that in which they
    /// come to work.
    func begun(as course: TaskCourse) -> CachedTask {
        guard let caching = course.context.services.caching, case .run = policy.basis else { return self }
        let flow = course.context.flowName
        var task = self
        task.place = TaskPlace(
            run: caching.run, parameters: course.context.parameters, name: course.name,
            ordinal: caching.ordinals.next(flow: flow, name: course.name))
        return task
    }

    /// Takes a result that is kept, or does the work and keeps its result.
    ///
    /// - Throws: what the work throws; `CancellationError`.
    func attempt(
        of course: TaskCourse, _ body: @Sendable () async throws -> Value
    ) async throws -> TaskCourse.Work<Value> {
        guard let caching = course.context.services.caching else {
            course.log(.debug, "Not cached: only a run of a controller is, not one by hand")
            return TaskCourse.Work(try await body())
        }
        let key: CacheKey
        do {
            key = try CacheKey(
                policy, flow: course.context.flowName, task: course.options.name, place: place,
                codeVersion: caching.codeVersion.text)
        } catch {
            let problem = "its key cannot be made: \(CacheText.problem(error))"
            course.log(.warning, "Not cached: \(problem)")
            return TaskCourse.Work(try await body(), note: problem)
        }
        // The next attempt, of the task or of the run, need not wait for the lease of one that was left behind or killed.
        let holder = "\(place?.run ?? course.id)"
        switch try await look(for: key, holder: holder, caching, course) {
        case .found(let value, let note):
            return TaskCourse.Work(value, isCached: true, note: note, key: caching.seal?.seal(key.key))
        case .unknown: return TaskCourse.Work(try await body(), note: "it could not be asked")
        case .missing(let reason):
            let value = try await compute(key, holder: holder, caching, body)
            let isKept = await keep(value, key, holder: holder, caching, course)
            return TaskCourse.Work(value, note: reason, key: isKept ? caching.seal?.seal(key.key) : nil)
        }
    }

    private enum Finding {
        /// A result, and where it is from.
        case found(Value, String)
        /// There is none, for this reason, and the lock is ours.
        case missing(String)
        /// The cache does not tell.
        case unknown
    }

    private func look(
        for key: CacheKey, holder: String, _ caching: ResultCaching, _ course: TaskCourse
    ) async throws -> Finding {
        var lookup = CacheLookup(key: key.key, subject: key.subject, holder: holder, refresh: policy.refresh)
        var unreadable: String?
        var wait = CacheWait()
        while true {
            let answer: CacheAnswer
            do {
                answer = try await caching.cache.lookUp(lookup)
            } catch {
                try Task.checkCancellation()
                let reason = ReportedText.message(of: error)
                course.log(.warning, "The cache cannot be asked, so the work is done: \(reason)")
                return .unknown
            }
            switch answer {
            case .hit(let text, let entry):
                do {
                    return .found(try decode(try await whole(text, course)), CacheText.hit(entry))
                } catch {
                    try Task.checkCancellation()
                    // The lock is needed, and the result does not count any more.
                    unreadable = CacheText.unreadable(entry)
                    course.log(.warning, "\(CacheText.unreadable(entry)): \(CacheText.problem(error))")
                    lookup.refresh = true
                }
            case .miss(let miss):
                let reason = unreadable ?? CacheText.miss(miss)
                course.log(.info, "Not taken from the cache: \(reason)")
                return .missing(reason)
            case .busy(let work):
                if wait.isFirst { course.log(.info, "Waiting for run \(work.runName), which computes this result") }
                try await course.context.services.clock.sleep(for: wait.next())
            }
        }
    }

    /// Does the work; meanwhile nobody else does.
    private func compute(
        _ key: CacheKey, holder: String, _ caching: ResultCaching, _ body: @Sendable () async throws -> Value
    ) async throws -> Value {
        let renewals = Task {
            while true {
                try await Task.sleep(for: caching.renewal)
                // One that fails is followed by the next; a lock that was lost costs no more than work done twice.
                try? await caching.cache.renew(key.key, holder: holder)
            }
        }
        defer { renewals.cancel() }
        do {
            // Work that goes on though it was cancelled holds up nobody.
            return try await withTaskCancellationHandler(operation: body, onCancel: renewals.cancel)
        } catch {
            await release(key, holder: holder, caching)
            throw error
        }
    }

    /// False where the result is not kept.
    private func keep(
        _ value: Value, _ key: CacheKey, holder: String, _ caching: ResultCaching, _ course: TaskCourse
    ) async -> Bool {
        var text: String
        do {
            text = try encode(value)
        } catch {
            course.log(.warning, "The result is not cached, as it has no JSON: \(CacheText.problem(error))")
            await release(key, holder: holder, caching)
            return false
        }
        if text.utf8.count > CacheLimits.valueBytes {
            do {
                text = try await stored(text, course)
            } catch {
                course.log(.warning, "The result is not cached: \(ReportedText.message(of: error))")
                await release(key, holder: holder, caching)
                return false
            }
        }
        let seconds = policy.expiration / .seconds(1)
        let draft = CacheDraft(
            subject: key.subject, taskName: course.options.name, codeVersion: key.codeVersion, value: text,
            expiresInSeconds: seconds, holder: holder)
        // In a task of its own: work that was cancelled too late has a result like any other.
        let kept = await Task { try await caching.cache.keep(draft, as: key.key) }.result
        if case .failure(let error) = kept {
            course.log(.warning, "The result is not cached: \(ReportedText.message(of: error))")
            await release(key, holder: holder, caching)
            return false
        }
        return true
    }

    /// What stands for a text that is too large to be kept by the controller.
    private func stored(_ text: String, _ course: TaskCourse) async throws -> String {
        guard let store = course.context.results else { throw TooLarge(bytes: text.utf8.count) }
        // In a task of its own, as above.
        return try await Task {
            try await StoredResult.keep(text, type: "\(Value.self)", flow: course.context.flowName, in: store).jsonText
        }.value
    }

    /// The text that another one stands for; the same where it stands for none.
    private func whole(_ text: String, _ course: TaskCourse) async throws -> String {
        guard StoredResult.mayBe(text), let stored = try StoredResult(try JSONValue(parsing: text)) else { return text }
        return try await stored.text(from: course.context.results)
    }

    /// A result that nobody takes.
    private struct TooLarge: Error, CustomStringConvertible {
        var bytes: Int
        var description: String {
            "it has \(bytes) bytes of JSON, and \(CacheLimits.valueBytes) are the most that the controller keeps. Give the "
                + "flow a result store, or return where it is, such as an object's address"
        }
    }

    /// Lets others compute at once; where that fails they wait for the end of the lease.
    private func release(_ key: CacheKey, holder: String, _ caching: ResultCaching) async {
        await Task { try? await caching.cache.release(key.key, holder: holder) }.value
    }
}

extension CachedTask where Value: Codable {
    init(_ policy: CachePolicy) {
        self.policy = policy
        encode = { try JSONText.encode($0) }
        decode = { try JSONText.decode(Value.self, from: $0) }
    }
}
