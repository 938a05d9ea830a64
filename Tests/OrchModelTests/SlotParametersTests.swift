import OrchModel
import Testing

struct SlotParametersTests {
    private static let schema = ParameterSchema([
        .init("month", ValueSchema(.integer, minimum: 1, maximum: 12), defaultValue: 1),
        .init("folder", ValueSchema(.string), defaultValue: "x"),
        .init("months", ValueSchema(.array, items: ValueSchema(.integer, minimum: 1, maximum: 12)), defaultValue: []),
        .init("year", ValueSchema(.integer)),
    ])

    private static func problems(
        _ parameters: [String: JSONValue], own: [String: JSONValue] = [:], enforces: Bool = true,
        _ change: (inout ScheduleSpec) -> Void = { _ in }
    ) throws -> [String] {
        var spec = ScheduleSpec(
            slug: "monthly", rule: .cron("0 7 2 * *"), timezone: "Europe/Berlin", parameters: parameters)
        change(&spec)
        let filled = SlotParameters(
            flow: "etl", deployment: "docker-flow", schema: schema, parameters: own, enforces: enforces)
        return filled.problems(of: spec, at: try #require(Timestamp("2026-02-10T00:00:00Z"))).map(\.description)
    }

    @Test("A template that comes to a value that does not fit is told with its place, the value and what was expected")
    func misfits() throws {
        let problems = try Self.problems(["month": "{{ ds }}"])
        try #require(problems.count == 1)
        #expect(problems[0].hasPrefix("parameter \"month\": expected a whole number from 1 to 12, got \"2026-02-02\""))
        #expect(problems[0].hasSuffix("filled in for the slot 2026-03-02T07:00+01:00"))
        let listed = try Self.problems(["months": [1, "{{ data_interval_end | date: \"%Y\" }}"]])
        #expect(
            listed.count == 1 && listed[0].hasPrefix("parameter \"months[1]\": expected") && listed[0].contains("2026"))
        // A template of the deployment's own is no better, unless the schedule has a value in its place.
        #expect(try Self.problems([:], own: ["month": "{{ ds }}"]).count == 1)
        #expect(try Self.problems(["month": 3], own: ["month": "{{ ds }}"]).isEmpty)
    }

    @Test("What fits, what is not enforced, and what others tell is no problem")
    func fits() throws {
        #expect(try Self.problems(["month": "{{ data_interval_start | date: \"%m\" }}"]).isEmpty)
        #expect(try Self.problems(["folder": "{{ ds }}"]).isEmpty)
        #expect(try Self.problems(["month": "{{ ds }}"], enforces: false).isEmpty)
        #expect(try Self.problems(["month": 13, "folder": "{{ nothing }}"]).isEmpty)
        #expect(try Self.problems(["month": "{{ ds }}"]) { $0.timezone = "Nowhere" }.isEmpty)
    }

    @Test("Where no slot is to come, the last one is what counts")
    func over() throws {
        let problems = try Self.problems(["month": "{{ ds }}"]) { $0.ends = ScheduleMoment("2026-01-15") }
        #expect(problems.count == 1 && problems[0].contains("2025-12-02"))
    }

    @Test("A single date has no data interval")
    func noInterval() throws {
        let problems = try Self.problems(["folder": "{{ ds }}"]) { $0.rule = .rrule("RDATE:20260301T070000") }
        #expect(problems.count == 1 && problems[0].hasPrefix("parameter \"folder\": "))
    }

    @Test("A parameter that nobody gives is named")
    func missing() throws {
        let filled = SlotParameters(
            flow: "etl", deployment: "docker-flow", schema: Self.schema, parameters: [:], enforces: true)
        let spec = ScheduleSpec(rule: .cron("@daily"))
        #expect(filled.missing(in: spec).map(\.name) == ["year"])
        #expect(filled.missing(in: ScheduleSpec(rule: .cron("@daily"), parameters: ["year": 2020])).isEmpty)
    }
}
