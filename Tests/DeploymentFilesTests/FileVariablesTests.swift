import OrchModel
import Testing

@testable import DeploymentFiles

struct FileVariablesTests {
    private func parameters(_ text: String, _ environment: [String: String] = [:]) throws -> [String: JSONValue]? {
        try Samples.read(text, environment: environment).deployments[0].entry.parameters
    }

    @Test("Variables are filled in; a plain value is read by what it becomes")
    func fills() throws {
        let text = """
            variables: {color: green, months: [1, 2], nothing: , year: "${YEAR}", "both": "${var.color}-${YEAR}"}
            name: x
            parameters:
              a: ${YEAR}
              b: "${YEAR}"
              c: ${MISSING:-7}
              d: ${EMPTY:-fallback}
              e: ${EMPTY}
              f: ${var.color}_${var.year}
              g: ${var.months}
              h: ${var.both}
              i: "$$ $${X} $5 a$"
              j: "{{ ds }} ${var.color}"
              k: ${MISSING:-}
              ${YEAR}: key
            """
        #expect(
            try parameters(text, ["YEAR": "2021", "EMPTY": ""]) == [
                "a": 2021, "b": "2021", "c": 7, "d": "fallback", "e": nil, "f": "green_2021", "g": [1, 2],
                "h": "green-2021", "i": "$ ${X} $5 a$", "j": "{{ ds }} green", "k": nil, "${YEAR}": "key",
            ])
    }

    @Test("What cannot be filled in is told with its place, all at once")
    func refuses() {
        let text = """
            variables: {color: green, list: [1]}
            name: ${NAME}
            image: a${
            parameters:
              a: ${var.colr}
              b: x${var.list}
              c: ${1x}
            """
        let problems = Samples.problems(text, environment: ["NAM": "x"])
        #expect(problems.count == 5, "\(problems)")
        #expect(problems[0].hasPrefix("lake.yaml:2:7: the environment has no NAME"))
        #expect(problems[1].hasPrefix("lake.yaml:3:8: ${ has no }"))
        #expect(problems[2] == "lake.yaml:5:6: there is no colr under variables before this; did you mean \"color\"?")
        #expect(problems[3].contains("a list, which has no place in a text"))
        #expect(problems[4].contains("${NAME:-default}"))
    }

    @Test("Messages show a variable's name, never what it holds")
    func secrets() {
        let text = "name: x\nretries: ${TOKEN}\npriority: \"${TOKEN}\"\nparameters: ${TOKEN}\n"
        let problems = Samples.problems(text, environment: ["TOKEN": "hunter2"])
        #expect(problems.count == 3)
        #expect(
            problems.allSatisfy { $0.contains("the value of \"${TOKEN}\"") && !$0.contains("hunter2") }, "\(problems)")
    }

    @Test("Variables that make more than a file may have are refused")
    func bounds() {
        var text = "variables:\n  v0: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n"
        for level in 1...12 {
            let items = Array(repeating: "\"${var.v\(level - 1)}\"", count: 8).joined(separator: ", ")
            text += "  v\(level): [\(items)]\n"
        }
        let problems = Samples.problems(text + "name: x\n")
        #expect(problems.contains { $0.contains("more values than a file may have") }, "\(problems.prefix(3))")
    }
}
