import TestSupport
import Testing

@testable import Orch

private struct Trip: ParameterObject, Equatable {
    @Parameter(help: "Month.", range: 1...12) var month = 7
    @Parameter(help: "Colour.") var color: Color
    @Parameter(isSecret: true) var password: String?
    @Parameter(rules: .each(.pattern("^[a-z]+$"))) var words: [String] = []

    init() {}
}

/// An object inside of itself.
private struct Tree: ParameterObject {
    @Parameter var value = 0
    @Parameter var branches: [Tree] = []
}

private enum Moment: String, ParameterValue, CaseIterable {
    case first, last
}

private struct Nested: Flow {
    static let name = "nested"

    @Parameter(help: "What to load.", rules: .count(1...)) var trips: [Trip]
    @Parameter var byName: [String: Trip] = [:]
    @Parameter var tree = Tree()
    @Parameter(range: CivilDate(daysSinceEpoch: 0)...) var from: CivilDate
    @Parameter var to: CivilDate?
    @Parameter(range: 1...12) var month: Int?
    @Parameter(pattern: "^[A-Z]{2}$") var code: String?
    @Parameter(pattern: "^[A-Z]{2}$") var codes = ["DE"]
    @Parameter(length: 1...3) var short = "abc"
    @Parameter(oneOf: [CivilDate(daysSinceEpoch: 0), CivilDate(daysSinceEpoch: 1)]) var either = CivilDate(
        daysSinceEpoch: 0)
    @Parameter var until: Either<CivilDate, Moment> = .second(.last)
    @Parameter var maybe: Either<Int, String>?
    @Parameter(rules: .range(TimeSpan(.seconds(1))...)) var wait = TimeSpan(.seconds(60))
    @Parameter(rules: .eachValue(.range(0...1)), .count(...2)) var rates = ["green": 0.5]
    @Parameter var any: JSONValue = nil

    func run(_ context: FlowContext) async throws -> Int { trips.count }
}

struct ParameterObjectTests {
    private let given: [String: JSONValue] = ["trips": [["color": "green"]], "from": "2021-01-31"]

    private func make(_ values: [String: JSONValue] = [:]) throws -> Nested {
        let schema = try FlowParameters.schema(of: Nested.self)
        return try FlowParameters.make(Nested.self, values: try schema.resolve(given.merging(values) { $1 }))
    }

    @Test func describesMembersAndRules() throws {
        let schema = try FlowParameters.schema(of: Nested.self)
        let trip = try #require(schema["trips"]?.value.items?.members)
        #expect(trip.map(\.name) == ["month", "color", "password", "words"])
        #expect(trip.map(\.isRequired) == [false, true, false, false])
        #expect(trip[0].description == "Month.")
        #expect(trip[0].value == ValueSchema(.integer, minimum: 1, maximum: 12))
        #expect(trip[2].isSecret)
        #expect(schema["byName"]?.value.values?.members == trip)
        #expect(schema["tree"]?.value.members?[1].value.items == ValueSchema(.object))
        #expect(schema["from"]?.value == ValueSchema(.string, format: .date, minimum: "1970-01-01"))
        #expect(schema["month"]?.value == ValueSchema(.integer, isNullable: true, minimum: 1, maximum: 12))
        #expect(schema["code"]?.value == ValueSchema(.string, isNullable: true, pattern: "^[A-Z]{2}$"))
        #expect(schema["codes"]?.value.items?.pattern == "^[A-Z]{2}$")
        #expect(schema["short"]?.value == ValueSchema(.string, minLength: 1, maxLength: 3))
        #expect(schema["either"]?.value.choices == ["1970-01-01", "1970-01-02"])
        #expect(schema["until"]?.value.alternatives.map(\.format) == [.date, nil])
        #expect(schema["maybe"]?.value.isNullable == true)
        #expect(schema["wait"]?.value.minimum == "PT1S")
        #expect(
            schema["rates"]?.value
                == ValueSchema(.object, maxItems: 2, values: ValueSchema(.number, minimum: 0, maximum: 1)))
        #expect(schema.properties.filter(\.isRequired).map(\.name) == ["trips", "from"])
        #expect(try JSONValue(encoding: schema).decode(ParameterSchema.self) == schema)
    }

    @Test(.enabled(if: SchemaJudge.isAvailable, "needs Python with jsonschema: ORCH_TEST_PYTHON"))
    func anotherValidatorReadsItsSchema() throws {
        let schema = try FlowParameters.schema(of: Nested.self).schema
        let values: [JSONValue] = [
            .object(given), ["trips": [["color": "blue"]], "from": "2021-01-31"], ["trips": [], "from": "2021-01-31"],
            ["trips": [["color": "green", "mnth": 1]], "from": "2021-01-31"], ["trips": [["color": "green"]]],
            ["trips": [["color": "green"]], "from": "1969-12-31"],
            ["trips": [["color": "green"]], "from": "2021-01-31", "until": "last", "maybe": nil, "wait": "PT2S"],
        ]
        let verdicts = try SchemaJudge.judge(JSONValue.array([["schema": schema, "values": .array(values)]]).jsonText)
        #expect(verdicts == ["1000001"])
    }

    @Test func setsTypedValues() throws {
        let flow = try make([
            "trips": [["color": "green", "month": 1, "words": ["a"]], ["color": "yellow", "password": "hunter2"]],
            "byName": ["x": ["color": "green"]], "until": "2021-02-28", "maybe": "7", "wait": "PT90S",
            "to": "2021-12-31",
            "tree": ["value": 1, "branches": [["value": 2, "branches": [["value": 3]]]]],
        ])
        #expect(flow.trips.map(\.month) == [1, 7])
        #expect(flow.trips.map(\.color) == [.green, .yellow])
        #expect(flow.trips[1].password == "hunter2")
        #expect(flow.byName["x"]?.color == .green)
        #expect(flow.until == CivilDate(year: 2021, month: 2, day: 28).map { .first($0) })
        #expect(flow.maybe == .second("7"))
        #expect(flow.wait.duration == .seconds(90))
        #expect(flow.to?.description == "2021-12-31")
        #expect(flow.tree.branches[0].branches[0].value == 3)
        #expect(flow.from.description == "2021-01-31")
        #expect(flow.month == nil)
    }

    @Test(arguments: ["to", "month", "code", "maybe"])
    func nullIsAValueOfAnOptional(name: String) throws {
        let flow = try make([name: .null])
        #expect(try FlowParameters.values(of: flow)[name] == .null)
    }

    @Test(arguments: [
        ("trips", #"[{"color":"blue"}]"#, #"parameter "trips[0].color": expected one of yellow, green, got "blue""#),
        ("trips", #"[{"color":"green","mnth":1}]"#, #"unknown parameter "trips[0].mnth": did you mean "month"?"#),
        (
            "trips", #"[{"color":"green","words":["A"]}]"#,
            #"parameter "trips[0].words[0]": expected a text that matches"#
        ),
        ("from", #""1969-12-31""#, #"parameter "from": expected a day of 1970-01-01 or more, got "1969-12-31""#),
        ("month", "0", #"parameter "month": expected a whole number from 1 to 12, or null, got 0"#),
        ("codes", #"["D"]"#, #"parameter "codes[0]": expected a text that matches"#),
        ("short", #""abcd""#, #"parameter "short": expected a text from 1 to 3 characters, got "abcd""#),
        ("rates", #"{"green":2}"#, #"parameter "rates.green": expected a number from 0 to 1, got 2"#),
    ])
    func saysWhatIsWrong(name: String, json: String, sentence: String) throws {
        let error = #expect(throws: ParameterProblems.self) { try make([name: try JSONValue(parsing: json)]) }
        #expect(error?.problems.count == 1)
        #expect(error?.description.hasPrefix(sentence) == true, "\(error?.description ?? "")")
    }

    /// What no schema says, as inside of itself a structure is any object, its own type finds: with its place, and no trap.
    @Test func findsMistakesDeepInATree() throws {
        let error = #expect(throws: ParameterProblems.self) {
            try make(["tree": ["branches": [["branches": [["value": "x"]]]]]])
        }
        #expect(
            error?.description == #"parameter "tree.branches[0].branches[0].value": expected a whole number, got "x""#)
    }

    @Test func copiesOfAnObjectShareNothing() throws {
        let original = Trip()
        var copy = original
        copy.month = 3
        #expect(original.month == 7)
        #expect(original != copy)
    }

    /// A parameter without a default that is read before it was set gives an example of what it accepts.
    @Test func readsAnExampleBeforeItIsSet() {
        UnsetParameters.$isExpected.withValue(true) {
            let flow = Nested()
            #expect(flow.trips.count == 1)
            #expect(flow.trips[0].color == .yellow)
            #expect(flow.from == CivilDate(daysSinceEpoch: 0))
            #expect(flow.to == nil && flow.month == nil && flow.code == nil && flow.maybe == nil)
            #expect(Everything().since == Timestamp(microseconds: 0))
        }
    }

    /// Reads a parameter that must be given while it describes its graph.
    private struct Reading: GraphFlow {
        static let name = "reading"
        @Parameter var day: CivilDate
        @Parameter(range: 2...) var count: Int

        func graph() throws -> Graph {
            try Graph { graph in
                for number in 0..<count { _ = graph.node("load-\(number)-\(day)") { _ in } }
            }
        }
    }

    @Test func aGraphMayDependOnParametersThatMustBeGiven() throws {
        struct Program: FlowProgram {
            static let flows: [any Flow.Type] = [Reading.self]
            static let name = "program"
        }
        let description = try ProgramDescription.make(Program.self)
        #expect(description.flows[0].graph?.text.contains("load-1-1970-01-01") == true)
    }

    @Test func manyStructuresAreRead() throws {
        let trips: JSONValue = .array((1...2000).map { ["color": "green", "month": .int(Int64($0 % 12 + 1))] })
        let flow = try make(["trips": trips])
        #expect(flow.trips.count == 2000)
        #expect(flow.trips.last?.month == 2000 % 12 + 1)
    }

    /// A type whose own code takes nothing that its schema says.
    private struct Picky: ParameterValue {
        static var parameterSchema: ValueSchema { ValueSchema(.string) }
        init() {}
        init(from decoder: any Decoder) throws {
            throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "never"))
        }
        func encode(to encoder: any Encoder) throws { try "x".encode(to: encoder) }
    }

    @Test func refusesParametersThatCannotBeUsed() throws {
        struct Unreadable: Flow {
            static let name = "unreadable"
            @Parameter var picky: Picky
            func run(_ context: FlowContext) async throws {}
        }
        struct OutOfRange: Flow {
            static let name = "out"
            @Parameter(range: 1...12) var month = 13
            func run(_ context: FlowContext) async throws {}
        }
        struct BadPattern: Flow {
            static let name = "pattern"
            @Parameter(rules: .each(.pattern("["))) var words: [String] = []
            func run(_ context: FlowContext) async throws {}
        }
        struct HalfObject: Flow {
            static let name = "half"
            @Parameter var one = Trip()
            func run(_ context: FlowContext) async throws {}
        }
        for (type, name) in [
            (Unreadable.self as any Flow.Type, "picky"), (OutOfRange.self, "month"), (BadPattern.self, "words"),
            (HalfObject.self, "one"),
        ] {
            let error = #expect(throws: OrchError.self) { try FlowParameters.schema(of: type) }
            #expect(
                error?.description.hasPrefix("the parameter \"\(name)\" of the flow \"\(type.name)\" cannot be used: ")
                    == true)
        }
        // Once it has a value of its own, such a type is taken as it is.
        let error = #expect(throws: ParameterProblem.self) {
            try DeclaredParameters.assign(["picky": "x"], to: Unreadable())
        }
        #expect(error?.description == #"parameter "picky": expected a text, got "x""#)
    }
}
