import OrchModel
import Testing

struct QueueSelectorTests {
    @Test(
        "A pattern's * stands for any characters, its ? for one",
        arguments: [
            ("etl-*", "etl-nightly", true), ("etl-*", "etl-", true), ("etl-*", "other", false), ("*", "anything", true),
            ("*-gpu", "eu-gpu", true), ("*-gpu", "eu-gpu-2", false), ("q?", "q1", true), ("q?", "q", false),
            ("a*b*c", "aXXbYYbc", true), ("a*b*c", "aXXbYY", false), ("**", "x", true), ("é?", "éa", true),
        ])
    func patterns(pattern: String, queue: String, isMatched: Bool) {
        #expect(QueueSelector([pattern]).matches(queue) == isMatched)
    }

    @Test("Names are told from patterns, and each is held once")
    func parts() {
        let selector = QueueSelector(["default", "etl-*", "default", "etl-*"])
        #expect(selector.names == ["default"])
        #expect(selector.patterns == ["etl-*"])
        #expect(selector.matches("default"))
        #expect(!selector.matches("defaults"))
    }

    @Test("A pattern of many stars is answered at once")
    func manyStars() {
        let pattern = String(repeating: "*a", count: 500) + "b"
        #expect(!QueueSelector([pattern]).matches(String(repeating: "a", count: 5000)))
    }

    @Test(
        "A pattern that matches no queue is told with the nearest name, or the nearest beginning of one",
        arguments: [
            ("defualt*", "did you mean \"default\"?"), ("ngihtly-*", "did you mean \"nightly-big\"?"),
            ("zzzzzzzz*", "matches no work queue that there is"),
        ])
    func unmatched(pattern: String, hint: String) {
        let remarks = QueueSelector([pattern, "default", "night*"]).remarks(known: ["default", "nightly-big"])
        #expect(remarks.count == 1)
        #expect(remarks.first?.hasPrefix("the pattern \"\(pattern)\"") == true)
        #expect(remarks.first?.hasSuffix(hint) == true, "\(remarks)")
    }

    @Test("A prefix is a pattern of all that begins with it")
    func prefix() {
        #expect(QueueSelector.pattern(prefix: "etl-") == "etl-*")
        #expect(QueueSelector.pattern(prefix: "etl-*x") == "etl-*x")
    }
}
