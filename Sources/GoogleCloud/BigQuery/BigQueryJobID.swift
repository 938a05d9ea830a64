/// The id that a caller gives to a job, so that the same work is done once however often it is asked for.
///
/// Make the base from all that decides the outcome: the run's interval, the source's generation, the table. A job that
/// ended burns its id: after a success a repeated request gets that job back; after a failure the work is sent again
/// under the next generation, `base-g2`, `base-g3`, ….
package struct BigQueryJobID: Sendable, Hashable, CustomStringConvertible {
    /// What the caller derives from the work.
    package let base: String
    /// 1 for the first try; higher numbers follow failed jobs.
    package let generation: Int

    /// The first generation of an id, checked.
    ///
    /// - Throws: `GoogleCloudError.invalidName`.
    package init(_ base: String) throws(GoogleCloudError) {
        try BigQueryName.checkJob(base)
        self.base = base
        self.generation = 1
    }

    private init(base: String, generation: Int) {
        self.base = base
        self.generation = generation
    }

    /// The id to use after this one's job has failed.
    package var next: BigQueryJobID { BigQueryJobID(base: base, generation: generation + 1) }

    /// The id as BigQuery sees it.
    package var description: String { generation == 1 ? base : "\(base)-g\(generation)" }
}
