import OrchModel
import Testing

/// Fields of a block that a deployment or a run puts in place of the block's own.
struct BlockOverrideTests {
    private func container() throws -> BlockType { try #require(BlockType.named("docker-container")) }

    @Test("whole fields replace, members are set one by one, null takes away")
    func merging() throws {
        let document: [String: JSONValue] = [
            "memory": "1g", "env": ["A": "1", "B": "2"], "networks": ["lake"], "user": "5",
        ]
        let merged = try container().applying(
            [
                "memory": "2g", "env.A": "one", "env.C.D": 3, "env.B": .null, "networks": .null, "cpus": 1.5,
                "user": 1000, "labels.com.example.team": "data", "read_only": true,
            ], to: document)
        #expect(
            merged == [
                "memory": "2g", "env": ["A": "one", "C.D": "3"], "cpus": 1.5, "user": "1000",
                "labels": ["com.example.team": "data"], "read_only": true,
            ])
    }

    @Test("what others call a field or a choice is understood")
    func spellings() throws {
        let type = try container()
        for text in ["IF_NOT_PRESENT", "IfNotPresent", "if-not-present"] {
            #expect(
                try type.applying(["image_pull_policy": .string(text)], to: [:]) == [
                    "image_pull_policy": "if_not_present"
                ])
        }
        #expect(try type.applying(["auto_remove": true], to: [:]) == ["auto_remove": "always"])
        #expect(
            type.normalized(["auto_remove": false, "mem_limit": "1g"]) == ["auto_remove": "never", "memory": "1g"])
        #expect(type.normalized(["mem_limit": "1g", "memory": "2g"]) == ["memory": "2g"])
        #expect(type.problems(in: type.normalized(["auto_remove": "sometimes"])).count == 1)
    }

    @Test(
        "a field that there is not is named with the nearest, and a value that does not fit with what was expected",
        arguments: [
            ("memry", "2g" as JSONValue, "memry: docker-container has no such field; did you mean memory?"),
            ("memory", "much", "memory: expected an amount such as 512m or 2g"),
            ("cpus", "two", "cpus: expected a number"),
            ("memory.max", "2g", "memory.max: memory has no members: it is a text"),
            ("evn.A", "1", "evn.A: docker-container has no such field; did you mean env?"),
            ("env.", "1", "env.: expected a member's name behind the dot"),
            ("networks", "lake", "networks: expected a list of texts"),
            (
                "privileged", true,
                "privileged: no container of orch is privileged: name what it needs, such as volumes or gpus"
            ),
        ])
    func problems(name: String, value: JSONValue, message: String) throws {
        let type = try container()
        let fault = try #require(throws: OverrideFault.self) { try type.applying([name: value], to: ["memory": "1g"]) }
        #expect(fault.description == message)
    }

    @Test("a whole field of a run takes the members away that its deployment set")
    func twoSets() {
        #expect(
            BlockType.merged(["env.A": "1", "memory": "1g"], ["env": ["B": "2"]]) == [
                "env": ["B": "2"], "memory": "1g",
            ])
        #expect(BlockType.merged(["env.A": "1"], ["env.A": .null]) == ["env.A": .null])
        #expect(BlockType.merged(["environment": "1"], ["env": ["B": "2"]]).count == 2)
    }

    @Test("a platform fits another where all that both name is equal")
    func platforms() {
        let arm = ImagePlatform(image: "linux/arm64/v8", host: "linux/amd64")
        #expect(arm.problem(wanted: nil) == "it is built for linux/arm64/v8, and the agent's host is linux/amd64")
        #expect(arm.problem(wanted: "linux/arm64") == nil)
        #expect(arm.problem(wanted: "linux/arm64/v7") != nil)
        #expect(ImagePlatform(image: "linux/amd64", host: "linux/amd64").problem(wanted: nil) == nil)
    }
}
