/// The kinds of trips whose records New York's Taxi and Limousine Commission publishes.
/// https://www.nyc.gov/site/tlc/about/tlc-trip-record-data.page
public enum TaxiColor: String, Sendable, Hashable, CaseIterable, Codable {
    /// Yellow cabs.
    case yellow
    /// Green cabs, which may be hailed outside the centre only.
    case green
    /// For-hire vehicles.
    case fhv
    /// For-hire vehicles of the high-volume companies, such as Uber and Lyft.
    case fhvhv
}
