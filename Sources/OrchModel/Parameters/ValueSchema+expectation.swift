extension ValueSchema {
    /// What is expected, in words: `a whole number from 1 to 12`, `one of yellow, green`.
    public var expectation: String {
        var text: String
        if !choices.isEmpty {
            text = "one of " + choices.map(Self.shown).joined(separator: ", ")
        } else if !alternatives.isEmpty {
            text = alternatives.map(\.expectation).joined(separator: ", or ")
        } else {
            text = kindExpectation
        }
        if isNullable { text += ", or null" }
        return text
    }

    private static func shown(_ value: JSONValue) -> String { value.stringValue ?? value.jsonText }

    private var kindExpectation: String {
        switch kind {
        case .integer: "a whole number" + bounds(minimum.map(Self.shown), maximum.map(Self.shown))
        case .number: "a number" + bounds(minimum.map(Self.shown), maximum.map(Self.shown))
        case .boolean: "true or false"
        case .string: stringExpectation
        case .array:
            "a list" + bounds(minItems.map(String.init), maxItems.map(String.init), unit: " elements")
                + (items.map { ", each \($0.expectation)" } ?? "")
        case .object: objectExpectation
        case nil: "any JSON value"
        }
    }

    private var objectExpectation: String {
        if let members {
            return members.isEmpty
                ? "an object without members" : "an object of \(members.map(\.name).joined(separator: ", "))"
        }
        return "a JSON object" + bounds(minItems.map(String.init), maxItems.map(String.init), unit: " members")
            + (values.map { ", each \($0.expectation)" } ?? "")
    }

    private var stringExpectation: String {
        let range = bounds(minimum.map(Self.shown), maximum.map(Self.shown))
        switch format {
        case .date: return range.isEmpty ? "a day such as 2020-07-01" : "a day" + range
        case .dateTime: return range.isEmpty ? "a time such as 2020-07-01T00:00:00Z" : "a time" + range
        case .duration: return "a length of time such as PT1H30M" + (range.isEmpty ? "" : "," + range)
        case nil:
            return "a text" + bounds(minLength.map(String.init), maxLength.map(String.init), unit: " characters")
                + (pattern.map { " that matches \($0)" } ?? "")
        }
    }

    private func bounds(_ low: String?, _ high: String?, unit: String = "") -> String {
        switch (low, high) {
        case (let low?, let high?): low == high ? " of \(low)\(unit)" : " from \(low) to \(high)\(unit)"
        case (let low?, nil): " of \(low)\(unit) or more"
        case (nil, let high?): " of \(high)\(unit) or less"
        case (nil, nil): ""
        }
    }
}
