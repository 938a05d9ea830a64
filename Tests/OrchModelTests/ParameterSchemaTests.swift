import OrchModel
import Testing

struct ParameterSchemaTests {
    private let schema = ParameterSchema([
        .init("month", .init(.integer, minimum: 1, maximum: 12), description: "Month.", defaultValue: 7),
        .init("color", .init(.string, choices: ["yellow", "green", "fhv", "fhvhv"]), defaultValue: "green"),
        .init(
            "months", .init(.array, minItems: 1, items: .init(.integer, minimum: 1, maximum: 12)), defaultValue: [1, 2]),
        .init("rate", .init(.number, minimum: 0.5), defaultValue: 1),
        .init("dry", .init(.boolean), defaultValue: false),
        .init("since", .init(.string, isNullable: true, format: .date), defaultValue: .null),
        .init("at", .init(.string, isNullable: true, format: .dateTime), defaultValue: .null),
        .init("code", .init(.string, pattern: "^[A-Z]{2}$", maxLength: 2), defaultValue: "DE"),
        .init("options", .init(.object), defaultValue: [:]),
        .init("lake", .init(.string), title: "Data lake", defaultValue: "zoom-gcs", block: "gcs-bucket"),
        .init("name", .init(.string, minLength: 1)),
        .init("token", .init(.string, isNullable: true, minLength: 20), defaultValue: .null, isSecret: true),
    ])

    @Test func readsBackTheJSONSchemaItWrites() throws {
        let written = try JSONValue(encoding: schema)
        #expect(try written.decode(ParameterSchema.self) == schema)
        #expect(written["$schema"] == "https://json-schema.org/draft/2020-12/schema")
        #expect(written["additionalProperties"] == false)
        #expect(written["required"] == ["name"])
        #expect(
            written["properties"]?["month"] == [
                "type": "integer", "minimum": 1, "maximum": 12, "default": 7, "description": "Month.", "position": 0,
            ])
        #expect(written["properties"]?["lake"]?["x-orch-block"] == "gcs-bucket")
        #expect(written["properties"]?["since"]?["type"] == ["string", "null"])
        #expect(written["properties"]?["months"]?["items"] == ["type": "integer", "minimum": 1, "maximum": 12])
    }

    @Test func ignoresKeywordsItDoesNotKnow() {
        let read = ParameterSchema(schema: [
            "properties": ["x": ["oneOf": [["type": "string"]], "x-new": 1], "a": ["type": "integer", "position": 0]]
        ])
        #expect(read.properties.map(\.name) == ["a", "x"])
        #expect(read.validate(["x": [1, "two"], "a": 1]).isEmpty)
    }

    private static let texts: [(String, String, JSONValue)] = [
        ("month", "07", 7), ("rate", "0.5", 0.5), ("rate", "3", 3), ("dry", "Yes", true),
        ("dry", "0", false), ("months", "[1,2,3]", [1, 2, 3]), ("options", "{\"a\":1}", ["a": 1]),
        ("since", "null", nil),
        ("since", "2020-02-29", "2020-02-29"), ("name", "07", "07"), ("name", "null", "null"), ("name", "a=b", "a=b"),
        ("code", "AT", "AT"), ("at", "2020-07-01T00:00:00+02:00", "2020-07-01T00:00:00+02:00"),
    ]

    @Test(arguments: texts)
    func parsesTextByTheSchema(name: String, text: String, expected: JSONValue) throws {
        #expect(try schema.parse(text: text, for: name) == expected)
    }

    @Test(arguments: [
        ("month", "13", "a whole number from 1 to 12", "13"),
        ("month", "7.5", "a whole number from 1 to 12", "\"7.5\""),
        ("color", "blue", "one of yellow, green, fhv, fhvhv", "\"blue\""),
        ("rate", "nan", "a number of 0.5 or more", "\"nan\""),
        ("rate", "0.4", "a number of 0.5 or more", "0.4"), ("dry", "maybe", "true or false", "\"maybe\""),
        ("months[1]", "[1,13]", "a whole number from 1 to 12", "13"),
        ("months", "[]", "a list of 1 elements or more, each a whole number from 1 to 12", "[]"),
        ("since", "2021-02-29", "a day such as 2020-07-01, or null", "\"2021-02-29\""),
        ("at", "yesterday", "a time such as 2020-07-01T00:00:00Z, or null", "\"yesterday\""),
        ("code", "de", "a text of 2 characters or less that matches ^[A-Z]{2}$", "\"de\""),
        ("options", "{", "a JSON object", "\"{\", which is no JSON"),
        ("name", "", "a text of 1 characters or more", "\"\""),
    ])
    func saysWhatWasExpected(name: String, text: String, expected: String, got: String) {
        let parameter = String(name.prefix { $0 != "[" })
        let problem = ParameterProblem(.invalid, name: name, expected: expected, got: got)
        #expect(throws: problem) { try schema.parse(text: text, for: parameter) }
    }

    @Test func namesTheNearestForAnUnknownParameter() {
        let problems = schema.validate(["name": "x", "colour": "green"])
        #expect(problems.count == 1)
        #expect(problems.first?.kind == .unknown)
        #expect(problems.first?.nearest == ["color"])
        #expect(
            problems.first?.description.hasPrefix("unknown parameter \"colour\": did you mean \"color\"? This flow")
                == true)
    }

    @Test func reportsEveryProblemAtOnce() {
        let problems = schema.validate(["month": 0, "color": 1, "year": 2020])
        #expect(problems.map(\.name) == ["month", "color", "name", "year"])
        #expect(problems.map(\.kind) == [.invalid, .invalid, .missing, .unknown])
    }

    @Test func fillsInDefaults() throws {
        let values = try schema.resolve(["name": "x", "month": 1])
        #expect(values["month"] == 1)
        #expect(values["color"] == "green")
        #expect(values["since"] == .null)
        #expect(values.count == schema.properties.count)
        #expect(throws: ParameterProblems.self) { try schema.resolve([:]) }
    }

    @Test func readsAssignments() throws {
        #expect(try schema.parse(assignments: ["month=07", "name=a=b", "month=8"]) == ["month": 8, "name": "a=b"])
        let error = #expect(throws: ParameterProblems.self) {
            try schema.parse(assignments: ["month", "color=red", "=1"])
        }
        #expect(error?.problems.map(\.name) == ["month", "color", ""])
        #expect(error?.problems.map(\.got) == ["no \"=\"", "\"red\"", "no name before \"=\""])
    }

    @Test(arguments: [
        (url: "postgresql://or@ch:CANARY@127.0.0.1/x", shown: "postgresql://or@ch:********@127.0.0.1/x"),
        (
            url: "https://h/f.csv?X-Goog-Signature=CANARY&sig=CANARY&year=2020",
            shown: "https://h/f.csv?X-Goog-Signature=********&sig=********&year=2020"
        ),
        (url: "https://h/{{ color }}_{{ year }}.csv.gz", shown: "https://h/{{ color }}_{{ year }}.csv.gz"),
        (url: "file:///tmp/lake", shown: "file:///tmp/lake"),
    ])
    func hidesWhatMayBeACredentialInAURL(url: String, shown: String) {
        #expect(JSONValue.string(url).hidingURLPasswords == .string(shown))
    }

    @Test func showsNoSecret() throws {
        let url = "postgresql://user:p/a@ss@db:5432/ny?sslmode=require&password=hunter2"
        let shown = schema.redacted(["name": .string(url), "token": "hunter2-hunter2", "months": [1]])
        #expect(shown["name"] == "postgresql://user:********@db:5432/ny?sslmode=require&password=********")
        #expect(shown["token"] == "********")
        #expect(shown["months"] == [1])
        let problem = #expect(throws: ParameterProblem.self) { try schema.parse(text: "hunter2", for: "token") }
        #expect(problem?.got == "********")
    }

    @Test(arguments: [
        ("my-db", "my-db"), ("postgresql://me:CANARY@db/x", "postgresql://me:********@db/x"),
        ("host=db password=CANARY", "********"), ("postgresql://me:CAN ARY@db/x", "********"), ("CANARY 1", "********"),
    ])
    func whatIsNeitherABlockNorAnAddressIsNotShown(value: String, shown: String) {
        let schema = ParameterSchema([.init("database", .init(.string), block: "postgres")])
        #expect(schema.redacted(["database": .string(value)]) == ["database": .string(shown)])
    }

    @Test(arguments: [
        ("host=db password=CANARY user=me", "host=db password=******** user=me"),
        ("PASSWORD = 'CAN ARY' x", "PASSWORD = ******** x"), ("sslpassword=CANARY", "sslpassword=********"),
        ("no password here", "no password here"),
    ])
    func hidesPasswordsOfKeywords(text: String, shown: String) {
        #expect(JSONValue.string(text).hidingURLPasswords == .string(shown))
    }

    @Test func refusesValuesWhereAPatternCannotBeRead() {
        let broken = ParameterSchema([.init("x", .init(.string, pattern: "["))])
        #expect(broken.validate(["x": "a"]).count == 1)
    }

    @Test func survivesContradictoryBounds() {
        let broken = ParameterSchema([.init("x", .init(.array, minItems: 3, maxItems: 1))])
        #expect(broken.validate(["x": [1, 2]]).count == 1)
    }
}
