import OrchModel
import Testing

struct RunTemplatesTests {
    private let schema = ParameterSchema([
        .init("folder", .init(.string), defaultValue: "raw"),
        .init("month", .init(.integer, minimum: 1, maximum: 12), isRequired: false),
        .init("day", .init(.string, isNullable: true, format: .date), defaultValue: .null),
        .init("since", .init(.string, isNullable: true, format: .dateTime), defaultValue: .null),
        .init("months", .init(.array, items: .init(.integer)), defaultValue: []),
        .init("options", .init(nil), defaultValue: [:]),
        .init("password", .init(.string), defaultValue: "", isSecret: true),
        .init("url", .init(.string), defaultValue: "", isTemplate: true),
    ])
    private let facts = RunFacts(
        runID: .new(), runName: "monthly-1", flow: "etl", deployment: "monthly",
        scheduledFor: Timestamp(microseconds: 1_596_240_000_000_000),
        dataInterval: DataInterval("2020-07-01/2020-08-01"))

    private func fill(_ values: [String: JSONValue], without interval: Bool = false) throws -> RunTemplates.Filled {
        var facts = facts
        if interval { facts.dataInterval = nil }
        return try RunTemplates(schema).fill(schema.defaults.merging(values) { $1 }, with: facts)
    }

    @Test(
        arguments: [
            ("folder", #"{{ data_interval_start | date: "%Y-%m" }}"#, "2020-07"),
            ("folder", "{{ ds }}/{{ ds_nodash }}", "2020-07-01/20200701"),
            ("folder", "{{ flow }}/{{ deployment }}/{{ flow_run_name }}", "etl/monthly/monthly-1"),
            ("folder", "{{ data_interval_end }}", "2020-08-01T00:00:00.000000Z"),
            ("folder", "{{ logical_date | date: '%d' }}", "01"),
            ("folder", #"{{ scheduled_for | date: "%F" }}"#, "2020-08-01"), ("folder", #"{{ "{{" }} x }}"#, "{{ x }}"),
            ("month", #"{{ data_interval_start | date: "%m" }}"#, 7), ("day", "{{ ds }}", "2020-07-01"),
            ("since", "{{ data_interval_start }}", "2020-07-01T00:00:00.000000Z"),
            ("months", #"[{{ data_interval_start | date: "%Y" }}, 1]"#, [2020, 1]),
            ("options", ["path": ["{{ ds }}", 1]], ["path": ["2020-07-01", 1]]),
            ("options", "{{ ds_nodash }}", "20200701"),
            ("url", "{{ color }}_{{ year }}", "{{ color }}_{{ year }}"), ("password", "p{{ ds_nodash }}", "p20200701"),
        ] as [(String, JSONValue, JSONValue)])
    func fillsIn(name: String, value: JSONValue, expected: JSONValue) throws {
        let filled = try fill([name: value])
        #expect(filled.values[name] == expected)
        #expect(filled.templates == (name == "url" ? [:] : [name: value]))
        #expect(RunTemplates(schema).problems(in: [name: value]).isEmpty)
        #expect(schema.validate([name: value], passesTemplates: true).isEmpty)
    }

    @Test func namesOtherParameters() throws {
        let filled = try fill([
            "folder": "{{ parameters.month | pad: 2 }}-{{ month }}-{{ day | default: 'none' }}", "month": 3,
        ])
        #expect(filled.values["folder"] == "03-3-none")
    }

    @Test(arguments: [
        (
            "{{ data_interval_strat }}",
            #"parameter "folder": template, character 1: there is no "data_interval_strat": did you mean "data_interval_start"?"#
        ),
        ("x {{ execution_date }}", #"template, character 3: there is no "execution_date": write {{ logical_date }}"#),
        ("{{ params.month }}", "write {{ month }}, the parameter's name"),
        ("{{ macros.ds_add }}", "there are no macros"),
        ("{{ next_ds }}", #"write {{ data_interval_end | date: "%F" }}"#),
        ("{{ ds | uper }}", #"template, character 9: no filter is called "uper": did you mean "upper"?"#),
        ("{{ ds", #"character 1: "{{" has no "}}" after it"#),
        ("{{ ds.strftime('%Y') }}", #"expected "|" or "}}", got "(""#),
        ("{{ password }}", #""password" is a secret, which is filled in nowhere"#),
        ("{{ folder }}", #""folder" is this parameter itself"#),
        ("{{ months }}", "is a list, each a whole number, which has no place in a text"),
    ])
    func refusesWhenTheDeploymentIsSaved(text: String, sentence: String) throws {
        let problems = RunTemplates(schema).problems(in: ["folder": .string(text)])
        #expect(problems.count == 1)
        #expect(problems.first?.description.contains(sentence) == true, "\(problems)")
        #expect(throws: ParameterProblems.self) { try fill(["folder": .string(text)]) }
    }

    /// A few places that name a long text would make more than any memory holds.
    @Test func aTextThatGetsTooLongIsRefused() throws {
        let schema = ParameterSchema([
            .init("long", ValueSchema(.string)), .init("all", ValueSchema(.array, items: ValueSchema(.string))),
        ])
        let long = JSONValue.string(String(repeating: "x", count: 500_000))
        func fill(_ turns: Int, in texts: Int) throws -> [String: JSONValue] {
            let text = JSONValue.string(String(repeating: "{{ long }}", count: turns))
            let values: [String: JSONValue] = ["long": long, "all": .array(Array(repeating: text, count: texts))]
            return try RunTemplates(schema).fill(values, with: facts).values
        }
        #expect(try fill(2, in: 4)["all"]?.arrayValue?.first?.stringValue?.utf8.count == 1_000_000)
        for (turns, texts) in [(100_000, 1), (1, 100)] {
            let problems = #expect(throws: ParameterProblems.self) { try fill(turns, in: texts) }
            #expect("\(try #require(problems))".contains("the text gets too long"))
        }
    }

    @Test func aRunWithoutADataIntervalSaysSo() throws {
        let error = #expect(throws: ParameterProblems.self) {
            try fill(["folder": "a/{{ ds }}", "day": "{{ logical_date }}"], without: true)
        }
        #expect(error?.problems.map(\.name) == ["folder", "day"])
        #expect(
            error?.problems.first?.description == """
                parameter "folder": template, character 3: "ds" has no value, as this run has no data interval: give it one \
                (--data-interval START/END), or give the place a default, as in {{ ds | default: "2020-07-01" }}
                """)
        let filled = try fill(["folder": #"{{ ds | default: "2019-01-01" | date: "%Y" }}"#], without: true)
        #expect(filled.values["folder"] == "2019")
    }

    @Test func whatIsFilledInIsChecked() throws {
        let filled = try fill(["month": #"{{ data_interval_start | date: "%Y" }}"#])
        #expect(
            schema.validate(filled.values).map(\.description) == [
                #"parameter "month": expected a whole number from 1 to 12, got 2020"#
            ])
    }

    @Test func neverShowsASecretsTemplate() throws {
        let text: JSONValue = #"{{ "hunter2"hunter2 }}"#
        let problems = RunTemplates(schema).problems(in: ["password": text])
        #expect(problems.count == 1)
        #expect(problems.allSatisfy { !$0.description.contains("hunter2") })
    }

    /// A program that was built before: its own templates are left to it.
    @Test func leavesTextsOfOldProgramsAlone() throws {
        var old = schema
        old.knowsTemplates = false
        let values: [String: JSONValue] = ["folder": "{{ color }}_{{ year }}", "day": "{{ ds }}"]
        #expect(RunTemplates(old).problems(in: values).isEmpty)
        let filled = try RunTemplates(old).fill(values, with: facts)
        #expect(filled.values == ["folder": "{{ color }}_{{ year }}", "day": "2020-07-01"])
    }

    @Test(arguments: ["2020-07-01/2020-08-01", "2020-07-01T00:00:00Z/2020-08-01T00:00:00+00:00"])
    func readsDataIntervals(text: String) {
        #expect(DataInterval(text)?.description == "2020-07-01T00:00:00.000000Z/2020-08-01T00:00:00.000000Z")
    }

    @Test(arguments: ["", "/", "2020-07-01", "2020-08-01/2020-07-01", "2020-07-01/2020-08-01/x", "2020-07/2020-08"])
    func refusesOtherDataIntervals(text: String) {
        #expect(DataInterval(text) == nil)
    }
}
