/// A 64-bit number, which Google's JSON writes as a string, and emulators sometimes as a number.
struct TextualInt64: Decodable {
    let value: Int64

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let number = try? container.decode(Int64.self) {
            value = number
            return
        }
        let text = try container.decode(String.self)
        guard let number = Int64(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "“\(text)” is no 64-bit number")
        }
        value = number
    }
}
