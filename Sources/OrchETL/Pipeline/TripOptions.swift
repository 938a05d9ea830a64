/// How a file of trips is read.
public struct TripOptions: Sendable {
    /// Whether trips without passengers are left out. Defaults to false.
    public var dropsEmptyTrips = false
    /// What becomes of records that cannot be read. Defaults to `fail`.
    public var badRecords = BadRecordPolicy.fail
    /// Where records that were left out go, as CSV with their places and reasons; the file is made with the first of
    /// them. Defaults to nowhere: they are counted.
    public var rejects: String?
    /// What the file of rejects is called in errors: where it is kept in the end. Defaults to its path.
    package var shownRejects: String?
    /// What becomes of a file that differs from what is declared for its month. Defaults to `evolve`.
    public var drift = DriftPolicy.evolve
    /// How many threads work. Defaults to the number of cores.
    public var width = Cores.count
    /// Is told, after each batch, how many bytes of the file are read and how many there are. Defaults to nobody.
    public var progress: (@Sendable (_ bytes: Int64, _ total: Int64) -> Void)?

    /// The defaults.
    public init() {}

    /// The defaults, but for trips without passengers, which are left out.
    public static var withoutEmptyTrips: TripOptions {
        var options = TripOptions()
        options.dropsEmptyTrips = true
        return options
    }
}
