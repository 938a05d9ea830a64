import Testing

@testable import OrchModel

/// Which patterns are asked of texts that anybody may send.
struct PatternCostTests {
    @Test(arguments: [
        "^[0-9]{4}-[0-9]{2}$", "^(yellow|green)$", "^(yellow|green)(,(yellow|green))*$", "^([a-z]+,)*[a-z]+$", "a+b+c+",
        "(a+)",
        "(a+)?", "^gs://([^/]+/)+$", "^(?:ab)+$", "[]a]+", "(", "a{2,3}", "(a{2}){3}", "^\\d+(\\.\\d+)*$",
    ])
    func whatEndsIsAsked(pattern: String) {
        #expect(PatternCost.isBounded(pattern))
    }

    @Test(arguments: [
        "^(a+)+$", "(a*)*", "([a-z]+x)*", "(\\w+\\s?)*$", "^(a|a)*$", "(a|ab)+$", "(.*,)*x", "((a+)b?)*", "(?:a+)+",
        "(a+){20}",
        "(aa+)+", "(\\d+|[a-z]+)*", "(x(a+)+)",
    ])
    func whatMayTakeForEverIsNot(pattern: String) {
        #expect(!PatternCost.isBounded(pattern))
    }

    /// With such a pattern, one value would keep a thread busy for longer than the test runs.
    @Test func aValueIsRefusedWithoutAskingThePattern() {
        let schema = ParameterSchema([.init("input", ValueSchema(.string, pattern: "^(a+)+$"))])
        let problems = schema.validate(["input": .string(String(repeating: "a", count: 60) + "b")])
        #expect(problems.count == 1)
        #expect(schema.unusablePatterns.count == 1 && schema.unusablePatterns[0].contains("may take for ever"))
    }
}
