import OrchModel
import Testing

struct TemplateTests {
    private let values: [String: JSONValue] = [
        "color": "green", "year": 2020, "month": 7, "start": "2020-07-01T05:06:07Z", "day": "2020-12-31", "none": nil,
        "list": [1],
    ]

    @Test(arguments: [
        ("{{ color }}_tripdata_{{ year }}-{{ month | pad: 2 }}", "green_tripdata_2020-07"),
        ("plain } { text", "plain } { text"),
        ("", ""),
        ("{{color|upper}}", "GREEN"),
        ("{{ color | upper | lower }}", "green"),
        ("{{ start | date: \"%Y-%m\" }}", "2020-07"),
        ("{{ start | date: '%F %T %y%d%H%M%S %j %s %%' }}", "2020-07-01 05:06:07 2001050607 183 1593579967 %"),
        ("{{ day | date: \"%j\" }}", "366"),
        ("{{ missing | default: \"x y\" }}", "x y"),
        ("{{ none | pad: 3 | default: 7 }}", "7"),
        ("{{ none | default: 7 | pad: 3 }}", "007"),
        ("{{ \"{{\" }}", "{{"),
        ("é{{ month }}🚕", "é7🚕"),
    ])
    func fillsPlaces(source: String, expected: String) throws {
        #expect(try Template(source).render(values) == expected)
    }

    @Test(arguments: [
        ("a {{ color", TemplateError.unclosed(position: 3)),
        ("{{ }}", .unexpected("}", expected: "a name", position: 4)),
        ("{{ color upper }}", .unexpected("u", expected: "\"|\" or \"}}\"", position: 10)),
        ("{{ color | uper }}", .unknownFilter("uper", nearest: ["upper"], position: 12)),
        ("{{ month | pad }}", .unexpected("}", expected: "\":\" after \"pad\"", position: 16)),
        ("{{ month | pad: x }}", .unexpected("x", expected: "a width from 1 to 100 after \"pad:\"", position: 17)),
        ("{{ \"open }}", .unexpected("", expected: "a closing quote", position: 4)),
        ("{{ d | date: %Y }}", .unexpected("", expected: "a quoted format after \"date:\"", position: 14)),
        (
            "{{ d | date: \"%Q\" }}",
            .unexpected("%Q", expected: "one of %Y %y %m %d %j %H %M %S %F %T %s %%", position: 14)
        ),
    ])
    func refusesWhatItCannotRead(source: String, expected: TemplateError) {
        #expect(throws: expected) { try Template(source) }
    }

    @Test func saysWhichValueIsMissing() throws {
        let template = try Template("x{{ colour }}")
        let error = #expect(throws: TemplateError.self) { try template.render(["color": "green", "year": 1]) }
        #expect(error == .missing(name: "colour", available: ["color", "year"], position: 2))
        #expect(
            error?.description
                == "template, character 2: \"colour\" has no value, did you mean \"color\"? (given are color, year)")
    }

    @Test(arguments: ["{{ list }}", "{{ list | upper }}", "{{ color | date: \"%Y\" }}"])
    func refusesUnsuitableValues(source: String) throws {
        let template = try Template(source)
        #expect(throws: TemplateError.self) { try template.render(values) }
    }

    @Test func listsTheNamesItAsksFor() throws {
        #expect(try Template("{{ b }}{{ a | upper }}{{ b }}{{ 'x' }}").names == ["b", "a"])
    }
}
