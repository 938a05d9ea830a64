import OrchModel
import Testing

@testable import DeploymentFiles

struct CoreSchemaTests {
    @Test(
        "Words are read as YAML 1.2 has them, whatever YAML 1.1 made of them",
        arguments: [
            ("no", "no"), ("on", "on"), ("Yes", "Yes"), ("y", "y"), ("1:30", "1:30"), ("2020-07-01", "2020-07-01"),
            ("007", 7), ("010", 10), ("0o17", 15), ("0x1F", 31), ("+5", 5), ("-0.5", -0.5), ("1e3", 1000), (".5", 0.5),
            ("5.", 5), ("1_000", "1_000"), ("true", true), ("FALSE", false), ("tRue", "tRue"), ("~", nil),
            ("Null", nil),
            ("0b1", "0b1"), ("1e", "1e"), ("-", "-"), ("1.2.3", "1.2.3"), ("12e03", 12000), ("<<", "<<"), ("=", "="),
        ] as [(String, JSONValue)])
    func reads(text: String, value: JSONValue) {
        #expect(CoreSchema.value(of: YAMLScalar(text)) == .success(value))
    }

    @Test("What no JSON number is, is refused", arguments: [".inf", "-.INF", ".nan", "99999999999999999999", "1e999"])
    func refuses(text: String) {
        #expect(throws: CoreSchema.Refusal.self) { try CoreSchema.value(of: YAMLScalar(text)).get() }
        #expect(CoreSchema.value(of: YAMLScalar(text, .text)) == .success(.string(text)))
    }

    @Test("Tags say the kind of a value")
    func tags() throws {
        #expect(
            try Samples.json("[!!str 7, !!int \"7\", ! 7, !!float 1, !!null \"\", !!bool \"true\"]") == [
                ["7", 7, "7", 1, nil, true]
            ])
        #expect(Samples.problems("name: x\nparameters: {a: !!int seven}").first?.contains("3:") == false)
        #expect(
            Samples.problems("name: x\nparameters: {a: !!binary aGk=}").first?.contains("!!binary is not known") == true
        )
        #expect(Samples.problems("name: x\nparameters: {a: !python/object:os.system x}").count == 1)
    }
}
