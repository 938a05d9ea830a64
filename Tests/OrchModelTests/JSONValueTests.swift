import OrchModel
import Testing

struct JSONValueTests {
    private static let texts: [(String, JSONValue)] = [
        ("null", .null),
        ("true", true),
        ("-9223372036854775808", .int(.min)),
        ("1.5", 1.5),
        ("\"a\\u00e9\\n\\\"\"", "aé\n\""),
        ("[1,[],{}]", [1, [], [:]]),
        ("{\"b\":1,\"a\":null}", ["a": nil, "b": 1]),
    ]

    @Test(arguments: texts)
    func readsEveryKind(text: String, expected: JSONValue) throws {
        #expect(try JSONValue(parsing: text) == expected)
    }

    @Test func writesMembersInOrderOfTheirBytes() {
        let value: JSONValue = ["b": [1, 2.5, true, nil], "é": "x", "a": ["z": 1, "y": "\u{1}\t/\\"]]
        #expect(value.jsonText == #"{"a":{"y":"\u0001\t/\\","z":1},"b":[1,2.5,true,null],"é":"x"}"#)
    }

    @Test(arguments: [
        "plain", "quote \" backslash \\", "line\nreturn\rtab\t", "nul \u{0} bell \u{7} del \u{7f}", "é 漢 🚕",
    ])
    func readsBackWhatItWrites(text: String) throws {
        let value: JSONValue = ["text": .string(text)]
        #expect(try JSONValue(parsing: value.jsonText) == value)
    }

    @Test func writesNumbersThatAreNotFiniteAsNull() {
        #expect(JSONValue.array([.double(.nan), .double(.infinity)]).jsonText == "[null,null]")
    }

    @Test func subscriptReadsAndSetsMembers() {
        var value: JSONValue = ["a": [10, 20]]
        #expect(value["a"]?[1] == 20)
        #expect(value["a"]?[2] == nil)
        #expect(value["b"] == nil)
        value["b"] = "new"
        value["a"] = nil
        #expect(value == ["b": "new"])
    }

    @Test(arguments: ["", "{", "[1 2]", "nul", "\"open", "{\"a\" 1}"])
    func refusesWhatIsNotJSON(text: String) {
        #expect(throws: (any Error).self) { try JSONValue(parsing: text) }
    }

    @Test func decodesAndEncodesTypedValues() throws {
        struct Point: Codable, Equatable {
            var x: Int
            var names: [String]
        }
        let point = Point(x: 3, names: ["a"])
        let value = try JSONValue(encoding: point)
        #expect(value == ["x": 3, "names": ["a"]])
        #expect(try value.decode(Point.self) == point)
    }
}
