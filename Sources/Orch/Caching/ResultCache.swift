/// Where results of tasks are kept. It may fail at any time: a task then does its work.
package protocol ResultCache: Sendable {
    /// A result that is kept, or the right to compute it, for ``CacheLimits/leaseSeconds``.
    func lookUp(_ lookup: CacheLookup) async throws -> CacheAnswer
    /// Keeps a result, and ends the computation of its holder.
    func keep(_ draft: CacheDraft, as key: String) async throws
    /// Goes on computing: the lease begins anew.
    func renew(_ key: String, holder: String) async throws
    /// Ends a computation without a result.
    func release(_ key: String, holder: String) async throws
}

/// Results of tasks as a run uses them.
struct ResultCaching: Sendable {
    let cache: any ResultCache
    let codeVersion: CodeVersion
    /// The run of the container.
    let run: Identifier
    /// Seals what results are known by for the controller; nil where nobody is to know.
    var seal: ResultKeySeal?
    let ordinals = TaskOrdinals()
    /// From one renewal of a lease to the next.
    var renewal = Duration.seconds(CacheLimits.leaseSeconds / 3)
}
