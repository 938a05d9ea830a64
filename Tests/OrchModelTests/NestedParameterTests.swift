import OrchModel
import Testing

/// Objects, lists and dictionaries in parameters: what is wrong in them is told by its place.
struct NestedParameterTests {
    private static let trip = ValueSchema(
        .object,
        members: [
            .init("month", .init(.integer, minimum: 1, maximum: 12), defaultValue: 7),
            .init("color", .init(.string, choices: ["yellow", "green"])),
            .init("password", .init(.string, isNullable: true, minLength: 8), defaultValue: .null, isSecret: true),
        ])
    private let schema = ParameterSchema([
        .init("trips", .init(.array, minItems: 1, items: trip)),
        .init("from", .init(.string, format: .date, minimum: "2009-01-01", maximum: "2030-12-31"), isRequired: false),
        .init(
            "rates", .init(.object, maxItems: 2, values: .init(.number, minimum: 0, maximum: 1)), defaultValue: [:]),
        .init(
            "until",
            .init(
                nil, isNullable: true,
                alternatives: [.init(.string, format: .date), .init(.string, choices: ["first", "last"])]),
            defaultValue: .null),
        .init("wait", .init(.string, format: .duration, maximum: "PT1H"), defaultValue: "PT5M"),
    ])

    @Test(arguments: [
        ("trips", #"[{"month":1,"color":"green"}]"#, #"[{"color":"green","month":1}]"#),
        ("from", "2021-01-31", #""2021-01-31""#), ("rates", #"{"green":0.5}"#, #"{"green":0.5}"#),
        ("until", "2021-01-31", #""2021-01-31""#), ("until", "last", #""last""#), ("until", "null", "null"),
        ("wait", "1h", #""PT1H""#), ("wait", "90s", #""PT1M30S""#), ("wait", "PT90S", #""PT1M30S""#),
    ])
    func parsesText(name: String, text: String, json: String) throws {
        #expect(try schema.parse(text: text, for: name).jsonText == json)
    }

    @Test(arguments: [
        (
            #"[{"month":13,"color":"green"}]"#,
            [#"parameter "trips[0].month": expected a whole number from 1 to 12, got 13"#]
        ),
        (
            #"[{"color":"green"},{"month":1,"colour":"green"}]"#,
            [
                #"parameter "trips[1].color" is required: expected one of yellow, green"#,
                #"unknown parameter "trips[1].colour": did you mean "color"? There are month, color, password."#,
            ]
        ),
        (#"[1]"#, [#"parameter "trips[0]": expected an object of month, color, password, got ********"#]),
        (
            "[]",
            [
                #"parameter "trips": expected a list of 1 elements or more, each an object of month, color, password, got ********"#
            ]
        ),
        (
            #"[{"color":"green","password":"hunter2"}]"#,
            [#"parameter "trips[0].password": expected a text of 8 characters or more, or null, got ********"#]
        ),
        (#"[{"color":"green","a b":1}]"#, [#"unknown parameter "trips[0]["a b"]". There are month, color, password."#]),
    ])
    func tellsWhereAndWhat(json: String, sentences: [String]) throws {
        let problems = schema.validate(["trips": try JSONValue(parsing: json)])
        #expect(problems.map(\.description) == sentences)
    }

    @Test(arguments: [
        ("from", "2008-12-31", "a day from 2009-01-01 to 2030-12-31"),
        ("from", "2021-02-29", "a day from 2009-01-01 to 2030-12-31"),
        ("from", "2021-01-31T00:00:00Z", "a day from 2009-01-01 to 2030-12-31"),
        ("wait", "2h", "a length of time such as PT1H30M, of PT1H or less"),
        ("wait", "soon", "a length of time such as PT1H30M, of PT1H or less"),
        ("until", "middle", "a day such as 2020-07-01, or one of first, last, or null"),
        ("rates", #"{"green":2}"#, "a number from 0 to 1"),
        ("rates", "{", "a JSON object of 2 members or less, each a number from 0 to 1"),
        ("rates", #"{"a":0,"b":0,"c":0}"#, "a JSON object of 2 members or less, each a number from 0 to 1"),
    ])
    func saysWhatWasExpected(name: String, text: String, expected: String) {
        let problem = #expect(throws: ParameterProblem.self) { try schema.parse(text: text, for: name) }
        #expect(problem?.expected == expected)
    }

    @Test func fillsInDefaultsOfMembers() throws {
        let values = try schema.resolve(["trips": [["color": "green"]]])
        #expect(values["trips"] == [["color": "green", "month": 7, "password": nil]])
    }

    @Test func hidesSecretsWhereverTheyAre() throws {
        let trip: JSONValue = ["color": "green", "password": "hunter2-hunter2"]
        let shown = schema.redacted(["trips": [trip], "rates": ["green": 1]])
        #expect(shown["trips"] == [["color": "green", "password": "********"]])
        #expect(shown["rates"] == ["green": 1])
        // What has another shape may hold one anywhere, and so may a member that nobody knows.
        #expect(schema.redacted(["trips": trip])["trips"] == "********")
        #expect(schema.redacted(["trips": [["passwort": "hunter2"]]])["trips"] == [["passwort": "********"]])
        let problem = #expect(throws: ParameterProblem.self) {
            try schema.parse(text: #"[{"password":"hunter2"#, for: "trips")
        }
        #expect(problem?.got.contains("hunter2") == false)
    }

    @Test func listsNoMoreThanAHundredMistakes() {
        let problems = schema.validate(["trips": .array(Array(repeating: 1, count: 100_000))])
        #expect(problems.count == 101)
        #expect(problems.last?.got == "more than the 100 that are listed")
    }

    /// What programs described before members, bounds of days and choices of types were known.
    @Test func readsOldDescriptions() throws {
        let old = ParameterSchema(schema: [
            "type": "object", "required": ["day"], "additionalProperties": false,
            "properties": [
                "day": ["type": "string", "format": "date", "position": 0],
                "options": ["type": "object", "position": 1, "default": [:]],
                "source": ["type": ["string", "null"], "position": 2, "default": .null],
            ],
        ])
        #expect(!old.knowsTemplates)
        #expect(old.properties.map(\.name) == ["day", "options", "source"])
        #expect(old.validate(["day": "2020-07-01", "options": ["a": [1]]]).isEmpty)
        #expect(old.validate(["day": "2020-07"]).count == 1)
    }

    @Test(arguments: [
        ("PT0S", 0), ("PT1H30M", 5_400_000_000), ("P1DT12H", 129_600_000_000), ("P2W", 1_209_600_000_000),
        ("PT0.000001S", 1), ("1h30m", 5_400_000_000), ("2d", 172_800_000_000), ("0.5s", 500_000),
    ])
    func readsLengthsOfTime(text: String, microseconds: Int64) throws {
        let span = try #require(TimeSpan(text))
        #expect(span.microseconds == microseconds)
        #expect(TimeSpan(iso: span.iso) == span)
    }

    @Test(arguments: [
        "", "P", "PT", "P1Y", "P1M", "P1DT", "1", "h", "1m1h", "-1s", "1.5h", "PT9999999999999H", "P1WT1H", "1s ",
    ])
    func refusesOtherLengthsOfTime(text: String) {
        #expect(TimeSpan(text) == nil)
    }

    @Test(arguments: ["2020-07-01", "0001-01-01", "9999-12-31", "2020-02-29"])
    func readsDays(text: String) {
        #expect(CivilDate(text)?.description == text)
    }

    @Test(arguments: [
        "", "2020-07-1", "2021-02-29", "2020-13-01", "20200701", "2020-07-01 ", "2020–07-01", "2020-07-0é",
    ])
    func refusesOtherDays(text: String) {
        #expect(CivilDate(text) == nil)
    }
}
