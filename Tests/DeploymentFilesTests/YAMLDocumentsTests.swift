import OrchModel
import TestSupport
import Testing

@testable import DeploymentFiles

struct YAMLDocumentsTests {
    @Test("A key that stands twice is refused with both places, and the rest is read on")
    func duplicates() {
        let problems = Samples.problems("name: a\ntags: [x]\nname: b\npriorty: 3\n")
        #expect(
            problems == [
                "lake.yaml:3:1: the key \"name\" stands here again; its first place is line 1, column 1",
                "lake.yaml:4:1: there is no key \"priorty\": did you mean \"priority\"?",
            ])
    }

    @Test("Anchors, aliases and merged mappings are read")
    func anchors() throws {
        let text = """
            base: &base {a: 1, b: 2}
            one: *base
            two: {<<: *base, b: 3}
            three: {<<: [{b: 4}, *base]}
            """
        #expect(
            try Samples.json(text) == [
                [
                    "base": ["a": 1, "b": 2], "one": ["a": 1, "b": 2], "two": ["a": 1, "b": 3],
                    "three": ["a": 1, "b": 4],
                ]
            ])
    }

    @Test("A few lines that stand for billions of values are refused, as keys too", arguments: [false, true])
    func laughs(asKey: Bool) {
        var text = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n"
        for level in 1...40 {
            let alias = "*a\(level - 1)"
            text += "a\(level): &a\(level) [\(Array(repeating: alias, count: 9).joined(separator: ", "))]\n"
        }
        if asKey { text += "? *a6\n: 1\n" }
        let problems = Samples.problems(text)
        #expect(problems.count == 1)
        #expect(problems.first?.contains("values, aliases counted as what they stand for") == true)
    }

    @Test("A mapping as a key is refused, with the hint to quote a template")
    func complexKeys() {
        #expect(Samples.problems("name: x\nparameters: {folder: {{ ds }}}").first?.contains("has to be quoted") == true)
        #expect(
            Samples.problems("? [a, b]\n: 1\nname: x").first?.contains(
                "lake.yaml:1:3: expected a key that is a text, got a list") == true)
    }

    @Test("Depth and size are bounded")
    func bounds() {
        for depth in [101, 900, 100_000] {
            let deep = Samples.problems(
                "name: " + String(repeating: "[", count: depth) + String(repeating: "]", count: depth))
            #expect(deep.count == 1 && (deep[0].contains("100 deep") || deep[0].contains("nesting level")), "\(deep)")
        }
        let large = Samples.problems("name: " + String(repeating: "x", count: 4 << 20))
        #expect(large == ["lake.yaml: the file has 4194310 bytes: expected at most 4194304"])
    }

    @Test(
        "What is no YAML is told with its place",
        arguments: [
            ("a: b: c", "1:5", "has to be quoted"), ("a:\n\t- b", "2:1", "never by tabs"), ("a: [1, 2", "", "not YAML"),
            ("a: \"x", "1:", "not YAML"), ("a: *b", "1:4", "there is no &b"),
            ("a: &a [*a]", "1:8", "inside of its own"),
            ("a: \u{1}", "1:4", "control characters"), ("%YAML 2.0\n---\na: 1", "1:1", "not YAML"),
        ])
    func syntax(text: String, place: String, message: String) {
        let problems = Samples.problems(text)
        #expect(problems.count == 1)
        #expect(problems.first?.hasPrefix("lake.yaml:\(place)") == true, "\(problems)")
        #expect(problems.first?.contains(message) == true, "\(problems)")
    }

    @Test("Bytes that are not UTF-8 are told with their place; a byte order mark is passed over")
    func encodings() throws {
        let bytes = Array("name: x\ndescription: Gr".utf8) + [0xFC] + Array("ne Taxis\n".utf8)
        let error = #expect(throws: FileProblems.self) {
            try DeploymentFile(bytes, name: "lake.yaml", environment: [:])
        }
        #expect(error?.description == "lake.yaml:2:16: expected UTF-8, got other bytes: save the file as UTF-8")
        let marked = [0xEF, 0xBB, 0xBF] + Array("name: x".utf8)
        #expect(try DeploymentFile(marked, name: "lake.yaml", environment: [:]).deployments[0].entry.name == "x")
    }

    @Test("Damaged files end with problems or values, never otherwise")
    func damage() {
        let seed = SeededGenerator.seed(3)
        var random = SeededGenerator(seed: seed)
        let seeds = [Samples.prefect2, Samples.prefect3, Samples.own].map { Array($0.utf8) }
        for _ in 0..<600 {
            var bytes = seeds[Int.random(in: 0..<3, using: &random)]
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: place)
                default: bytes.insert(Array("&*[]{}:-#'\"\n !%|>".utf8).randomElement(using: &random) ?? 0, at: place)
                }
            }
            do throws(FileProblems) {
                _ = try DeploymentFile(bytes, name: "x", environment: [:])
            } catch {
                #expect(!error.problems.isEmpty, "seed \(seed)")
            }
        }
    }
}
