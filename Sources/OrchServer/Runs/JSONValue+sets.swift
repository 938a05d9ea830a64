import OrchModel

extension JSONValue {
    /// The JSON form of a request, equal for equal requests: a set, such as the causes of retries, is written in another order each
    /// time, and is sorted here.
    init(comparing request: some Encodable) throws {
        self = try JSONValue(encoding: request).sortingSets()
    }

    private static let sets: Set = ["retryOn"]

    private func sortingSets(named name: String = "") -> JSONValue {
        switch self {
        case .array(let elements) where Self.sets.contains(name):
            .array(elements.sorted { $0.jsonText < $1.jsonText })
        case .object(let members):
            .object(Dictionary(uniqueKeysWithValues: members.map { ($0.key, $0.value.sortingSets(named: $0.key)) }))
        default: self
        }
    }
}
