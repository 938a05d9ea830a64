import ArgumentParser
import DeploymentFiles
import OrchModel
import TestSupport
import Testing

@testable import OrchCLI

struct DeploymentMakerTests {
    static let description = ImageDescription(
        sdk: "0.1.0", program: "demo",
        flows: [
            FlowDescription(
                name: "etl-parent-flow", description: "Loads months.",
                parameters: ParameterSchema([
                    .init(
                        "months", ValueSchema(.array, items: ValueSchema(.integer, minimum: 1, maximum: 12)),
                        defaultValue: [1]),
                    .init("year", ValueSchema(.integer, minimum: 2009), defaultValue: 2021),
                    .init("color", ValueSchema(.string, choices: ["yellow", "green"]), defaultValue: "yellow"),
                ]),
                blocks: [BlockReference(type: "gcs-bucket", name: "zoom-gcs")],
                command: ["demo", "run", "etl-parent-flow"],
                graph: GraphDescription(nodes: [.init(name: "extract")], edges: [])),
            FlowDescription(
                name: "check", description: "", parameters: ParameterSchema(), blocks: [],
                command: ["demo", "run", "check"]),
        ],
        deployments: [
            DeploymentDefault(
                name: "docker-flow", flow: "etl-parent-flow", parameters: ["color": "green"],
                description: "Of the image.",
                tags: ["taxi"])
        ])

    /// What `orch deploy` sends for these options.
    private func deployed(_ arguments: [String]) throws -> [DeploymentRequest] {
        let command = try Deploy.parse(["--image", "taxi:latest"] + arguments)
        let answer = AgentTaskAnswer.description(Self.description)
        return try DeploymentBatch.requests(try command.entries(for: answer), image: "taxi:latest", answer: answer)
    }

    @Test(
        "A file that build writes and apply reads makes what deploy makes of the same options",
        arguments: [
            ["-n", "docker-flow"], ["-n", "docker-flow", "-p", "months=[1,2,3]", "-p", "color=yellow"],
            ["-n", "Parametrized ETL", "--flow", "etl_parent_flow", "--params", "{\"year\": 2020}"],
            [
                "-n", "x", "--flow", "check", "-t", "a", "--tag", "b c", "-q", "nightly", "-d", "text: with #", "-v",
                "1.10",
            ],
            [
                "-n", "x", "--flow", "check", "--cron", "0 7 2 * *", "--timezone", "Europe/Berlin", "--paused",
                "--priority", "7",
            ],
            ["-n", "x", "--flow", "check", "--interval", "90s", "--anchor-date", "2023-01-01T00:00:00Z"],
            [
                "-n", "x", "--flow", "check", "--rrule", "FREQ=WEEKLY;BYDAY=MO", "-l", "2", "--collision-strategy",
                "CANCEL_NEW",
            ],
            [
                "-n", "x", "--flow", "check", "--job-variable", "memory=2g", "--override", "env.A=no", "--job-variable",
                "cpus=1.5",
            ],
            ["-n", "x", "--flow", "check", "--requires", "gpu=true", "--run-name", "{{ ds }}", "--depends-on-past"],
            [
                "-n", "x", "--flow", "check", "--source", "git", "https://example.org/a.git@main:sql", "--infra",
                "docker/zoom",
            ],
            [
                "-n", "x", "--flow", "check", "--retries", "3", "--retry-delay", "1.5", "--retry-on", "failed,137",
                "--run-timeout", "60", "--late-after", "30", "--deadline", "7200", "--no-enforce-parameter-schema",
            ],
        ])
    func filesAndOptionsNeverDiffer(arguments: [String]) throws {
        let deployed = try deployed(arguments)
        let command = try Deploy.parse(["--image", "taxi:latest"] + arguments)
        let answer = AgentTaskAnswer.description(Self.description)
        let applied = try command.entries(for: answer).map { entry in
            let text = DeploymentWriter(entry, schema: nil).text
            let file = try DeploymentFile(Array(text.utf8), name: "x.yaml", environment: [:])
            #expect(file.warnings.isEmpty)
            let read = try #require(file.deployments.first).entry
            return try DeploymentMaker(entry: read, image: try #require(read.image), answer: answer).request().request
        }
        #expect(applied == deployed)
        #expect(deployed.count == 1)
    }

    @Test("A file says less than all: the image's own deployment and flow fill it up")
    func fillsUp() throws {
        var entry = DeploymentEntry(name: "docker-flow")
        let request = try make(entry)
        #expect(request == (try deployed(["-n", "docker-flow"]))[0])
        #expect(request.parameters == ["color": "green"] && request.tags == ["taxi"])
        entry.parameters = [:]
        entry.tags = []
        #expect(try make(entry).parameters.isEmpty)
        #expect(try make(entry).tags.isEmpty)
    }

    @Test(
        "Mistakes name the value and what to write",
        arguments: [
            (["months": ["a"]], "parameters.months[0]", "each a whole number", false),
            (["year": "2020"], "parameters.year", "without quotes, write year: 2020", false),
            (["yeer": 2020], "parameters.yeer", "did you mean \"year\"?", false),
            (["months": "1,2"], "parameters.months", "expected a list", false),
        ] as [([String: JSONValue], String, String, Bool)])
    func mistakes(parameters: [String: JSONValue], path: String, message: String, _: Bool) {
        var entry = DeploymentEntry(name: "x")
        entry.flowName = "etl-parent-flow"
        entry.parameters = parameters
        let error = #expect(throws: DeploymentMaker.Remarks.self) { try make(entry) }
        #expect(error?.remarks.first?.path == path)
        let text = error?.remarks.first?.message ?? ""
        #expect(text.contains(message) || path.hasSuffix("[0]"), "\(text)")
        entry.enforcesParameterSchema = false
        #expect(throws: Never.self) { try make(entry) }
    }

    @Test(
        "A variable that is a text by its quotes, or a list, is told the way out",
        arguments: [
            ("year", "2020", "without quotes and braces: year: ${V}"),
            ("months", "[4,5]", "with a line - ${NAME} for each element"),
        ])
    func variables(name: String, text: String, says: String) throws {
        var entry = DeploymentEntry(name: "docker-flow")
        entry.parameters = [name: .string(text)]
        let error = #expect(throws: DeploymentMaker.Remarks.self) {
            try DeploymentMaker(
                entry: entry, image: "i", answer: .description(Self.description),
                sources: ["parameters.\(name)": "${V}"]
            ).request()
        }
        #expect(error?.remarks.first?.message.contains(says) == true, "\(error?.remarks ?? [])")
    }

    @Test("A template that names nothing is refused where it stands")
    func templates() throws {
        var entry = DeploymentEntry(name: "docker-flow")
        entry.parameters = ["color": "{{ data_interval_strt }}"]
        let error = #expect(throws: DeploymentMaker.Remarks.self) { try make(entry) }
        #expect(error?.remarks.map(\.path) == ["parameters.color"])
        entry.parameters = nil
        entry.schedules = [ScheduleSpec(rule: .cron("@daily"), parameters: ["color": "{{ data_interval_strt }}"])]
        let other = #expect(throws: DeploymentMaker.Remarks.self) { try make(entry) }
        #expect(other?.remarks.map(\.path) == ["schedules[0].parameters.color"])
    }

    @Test("A flow that the image does not hold is told with the nearest one")
    func unknownFlow() {
        var entry = DeploymentEntry(name: "x")
        entry.flowName = "etl-parnt-flow"
        let error = #expect(throws: DeploymentMaker.Remarks.self) { try make(entry) }
        #expect(
            error?.remarks == [
                .init(
                    path: "flow_name",
                    message: "the image taxi:latest holds no flow \"etl-parnt-flow\"; did you mean etl-parent-flow?")
            ])
        entry.flowName = nil
        #expect(throws: DeploymentMaker.Remarks.self) { try make(entry) }
    }

    @Test("A copied schema that is not the image's own is warned of")
    func schemaCopies() throws {
        var entry = DeploymentEntry(name: "docker-flow")
        entry.parameterSchema = ["properties": ["months": [:], "colour": [:]]]
        let made = try DeploymentMaker(entry: entry, image: "i", answer: .description(Self.description)).request()
        #expect(made.warnings.map(\.path) == ["parameter_openapi_schema"])
    }

    private func make(_ entry: DeploymentEntry) throws -> DeploymentRequest {
        try DeploymentMaker(entry: entry, image: "taxi:latest", answer: .description(Self.description)).request()
            .request
    }
}
