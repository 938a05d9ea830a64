import OrchModel
import Testing

@testable import OrchCLI

struct TableTests {
    @Test func alignsColumnsAndLeavesNoTrailingBlanks() {
        let text = Table(header: ["A", "LONG"], rows: [["value", "x"], ["v", "yy"]], empty: "none").text
        #expect(text == "A      LONG\nvalue  x\nv      yy\n")
    }

    @Test func saysWhatEmptyMeans() {
        #expect(Table(header: ["A"], rows: [], empty: "No runs yet.").text == "No runs yet.\n")
    }

    @Test func leavesOutFactsWithoutValue() {
        #expect(Table.facts([("Run", "r"), ("Agent", nil), ("State", "s")]) == "Run:   r\nState: s\n")
    }

    @Test(arguments: [
        (duration: Duration.milliseconds(324), text: "0.32 s"), (duration: .milliseconds(12_440), text: "12.4 s"),
        (duration: .seconds(187), text: "3 m 7 s"), (duration: .seconds(7500), text: "2 h 5 m"),
        (duration: .seconds(90_000), text: "1 d 1 h"),
    ])
    func writesDurationsForPeople(duration: Duration, text: String) {
        #expect(duration.brief == text)
    }
}
