/// Where a run's records go.
///
/// Records may be reported from many tasks at once; those of one task keep their order. `report` blocks while the
/// reader of the output does, so that no record is ever dropped.
package protocol Reporter: Sendable {
    /// Reports one record.
    func report(_ kind: StreamRecord.Kind)
    /// Reports how the run ended, after everything that was printed until now. Call it once, last.
    func finish(_ outcome: RunEnding.Outcome)
}
