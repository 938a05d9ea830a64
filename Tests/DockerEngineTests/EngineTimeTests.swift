import DockerEngine
import Testing

struct EngineTimeTests {
    @Test(arguments: [
        (text: "1970-01-01T00:00:00Z", seconds: 0, nanoseconds: 0),
        (text: "2026-11-21T08:30:52.970134165Z", seconds: 1_795_249_852, nanoseconds: 970_134_165),
        (text: "2000-02-29T23:59:59.5Z", seconds: 951_868_799, nanoseconds: 500_000_000),
        (text: "2024-12-31T00:00:00.000000001Z", seconds: 1_735_603_200, nanoseconds: 1),
        (text: "2100-03-01T00:00:00Z", seconds: 4_107_542_400, nanoseconds: 0),
        (text: "2020-01-01T01:30:00+01:30", seconds: 1_577_836_800, nanoseconds: 0),
        (text: "2019-12-31T16:00:00-08:00", seconds: 1_577_836_800, nanoseconds: 0),
        (text: "0001-01-01T00:00:00Z", seconds: -62_135_596_800, nanoseconds: 0),
    ])
    func readsTimes(text: String, seconds: Int64, nanoseconds: Int32) {
        #expect(EngineTime(rfc3339: text) == EngineTime(seconds: seconds, nanoseconds: nanoseconds))
    }

    @Test(arguments: [
        "", "2026", "2026-11-21", "2026-11-21T08:30:52", "2026-11-21 08:30:52Z", "2026-13-01T00:00:00Z",
        "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00.1234567890Z", "2026-01-01T25:00:00Z", "2026-01-01T00:00:00Zx",
    ])
    func refusesOtherTexts(text: String) {
        #expect(EngineTime(rfc3339: text) == nil)
    }

    @Test func comparesByTimeWhereTextsDoNot() throws {
        let texts = ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.09Z", "2026-01-01T00:00:00.1Z"]
        let times = texts.compactMap { EngineTime(rfc3339: $0) }
        #expect(times == times.sorted())
        #expect(texts != texts.sorted())
    }
}
