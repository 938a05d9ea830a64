import OrchModel
import Testing

struct NearestNameTests {
    @Test(arguments: [
        ("", "", 0), ("abc", "", 3), ("kitten", "sitting", 3), ("deafult", "default", 1), ("ab", "ba", 1),
        ("a", "b", 1),
    ])
    func countsEdits(left: String, right: String, expected: Int) {
        #expect(NearestName.distance(left, right) == expected)
        #expect(NearestName.distance(right, left) == expected)
    }

    @Test func findsTheNearestFirst() {
        let names = ["default", "deafness", "docker-flow", "docker-ingest"]
        #expect(NearestName.nearest(to: "deafult", in: names).first == "default")
        #expect(NearestName.nearest(to: "Docker_Flow", in: names).first == "docker-flow")
        #expect(NearestName.nearest(to: "ingest", in: names) == ["docker-ingest"])
    }

    @Test func saysNothingWhereNothingIsNear() {
        #expect(NearestName.nearest(to: "colour", in: ["month", "year"]).isEmpty)
        #expect(NearestName.nearest(to: "x", in: ["y", "z"]).isEmpty)
    }

    @Test func keepsToTheLimit() {
        #expect(NearestName.nearest(to: "run1", in: ["run2", "run3", "run4"], limit: 2) == ["run2", "run3"])
    }
}
