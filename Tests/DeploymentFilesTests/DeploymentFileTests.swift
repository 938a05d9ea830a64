import OrchModel
import Testing

@testable import DeploymentFiles

struct DeploymentFileTests {
    @Test("Our own keys are read")
    func own() throws {
        let file = try Samples.read(Samples.own)
        try #require(file.deployments.count == 2)
        #expect(file.warnings.isEmpty)
        let entry = file.deployments[0].entry
        #expect(entry.description == "Green trips,\nmonth by month.\n")
        #expect(entry.versionName == "1.10")
        #expect(entry.tags == ["lake", "2020", "yes"])
        #expect(entry.flowName == "etl_web_to_gcs")
        #expect(entry.image == "taxi:latest")
        #expect(entry.parameters?["price"] == "$5")
        #expect(entry.parameters?["folder"] == "{{ data_interval_start | date: \"%Y-%m\" }}")
        #expect(entry.workQueue == "nightly")
        #expect(entry.priority == 5)
        #expect(entry.concurrencyLimit == 3 && entry.collisionStrategy == .cancelNew)
        #expect(
            entry.schedules == [
                ScheduleSpec(
                    rule: .cron("0 7 2 * *"), timezone: "Europe/Berlin", catchupWindowSeconds: 172_800,
                    overlap: .bufferOne),
                ScheduleSpec(slug: "often", rule: .interval(seconds: 5400), parameters: ["month": 1]),
            ])
        #expect(entry.isPaused == true)
        #expect(entry.source == SourceSpec(url: "https://example.org/flows.git", ref: "main", path: "config"))
        #expect(entry.infrastructureType == "docker" && entry.infrastructureBlock == "big")
        #expect(
            entry.overrides == ["memory": "2g", "env": ["A": "1"], "cpus": 1.5, "env.B": "on", "env.C": nil])
        #expect(entry.policy?.retries == 3 && entry.policy?.retryDelaySeconds == 60)
        #expect(entry.policy?.retryOn == [.failed, .exitCode(137)] && entry.policy?.timeoutSeconds == 7200)
        #expect(entry.policy?.lateAfterSeconds == 900 && entry.policy?.deadlineSeconds == 7200)
        #expect(entry.enforcesParameterSchema == false && entry.dependsOnPast == true)
        let command = file.deployments[1].entry
        #expect(command.command == ["echo", "hi"] && command.infrastructureType == "process")
    }

    @Test("A schedule that says nothing is none, and a program may be one word")
    func nothing() throws {
        for schedule in ["{}", "{cron: , timezone: }", ""] {
            let entry = try Samples.read("name: a\nschedule: \(schedule)\ncommand: date\n").deployments[0].entry
            #expect(entry.schedules == nil && entry.command == ["date"])
        }
        #expect(try Samples.read("name: a\ncommand: [my program]\n").deployments[0].entry.command == ["my program"])
    }

    @Test("Several documents are several deployments; a place is found by its path")
    func documents() throws {
        let file = try Samples.read("name: a\nparameters:\n  months:\n  - 1\n  - 13\n---\n# nothing\n---\nname: b\n")
        #expect(file.deployments.map(\.entry.name) == ["a", "b"])
        #expect(file.deployments[0].place(of: "parameters.months[1]") == SourcePlace(line: 5, column: 5))
        #expect(file.deployments[0].place(of: "parameters.months[7].x") == SourcePlace(line: 4, column: 3))
        #expect(file.deployments[1].place(of: "parameters.x") == SourcePlace(line: 9, column: 1))
    }

    @Test(
        "Mistakes say what was expected and what to write",
        arguments: [
            ("name: x\npriorty: 3", "2:1: there is no key \"priorty\": did you mean \"priority\"?"),
            ("nam: x", "1:1: there is no key \"nam\": did you mean \"name\"?"),
            (
                "name: x\nretries: \"3\"",
                "2:10: retries: expected a whole number from 0 to 1000, got \"3\" (a text); without quotes it is a number"
            ),
            (
                "name: x\npaused: no",
                "2:9: paused: expected true or false, got \"no\" (a text); since YAML 1.2 only true and false are such words"
            ),
            (
                "name: x\ntimeout_seconds: 1:30",
                "2:18: timeout_seconds: expected a length of time: seconds, or a text such as 90s, 1h30m or PT1H30M, got \"1:30\" (a text)"
            ),
            ("name: x\ntags: lake", "2:7: tags: expected a list, such as [a, b], got \"lake\" (a text)"),
            ("name: x\nparameters: [1]", "2:13: parameters: expected a mapping, such as {name: value}, got a list"),
            ("name: x\nschedules: [{cron: \"0 7 2 * *\", overlap: bufer-one}]", "did you mean \"buffer-one\"?"),
            ("name: x\nschedules: [{timezone: UTC}]", "2:13: schedules[0]: a schedule has one of"),
            (
                "name: x\nschedules: [{cron: \"@daily\", anchor_date: 7}]\nschedule: {cron: \"@daily\"}",
                "schedules stands there too"
            ),
            (
                "name: x\nschedules: [{cron: \"@daily\", slug: a}, {cron: \"@daily\", slug: a}]",
                "already: give each its own slug"
            ),
            (
                "name: x\nschedule: {interval: 3600, anchor_date: soon}",
                "2:41: schedule.anchor_date: expected a time such as"
            ),
            ("name: x\ninfrastructure: {type: kubernetes-job}", "expected one of docker, docker-container, process"),
            ("name: x\ninfrastructure: swarm", "expected docker, process, or one of them with a block"),
            ("name: x\ninfrastructure: {memry: 2g}", "did you mean \"memory\"?"),
            (
                "name: x\ninfra_overrides: {env.A: 1, memry: 2g}",
                "2:29: infra_overrides: there is no key \"memry\": did you mean \"memory\"?"
            ),
            ("name: x\ninfra_overrides: {memory.x: 2g}", "memory is no mapping"),
            ("name: x\nwork_queue: a\nwork_queue_name: b", "3:1: work_queue_name and work_queue say the same thing"),
            ("name: x\nretry_backoff: 0", "expected a number from 1 to 100, got 0"),
            ("name: x\ntimeout_seconds: 0", "2:18: timeout_seconds: expected more than 0"),
            ("name: x\nretry_on: [oom]", "expected failed, crashed, timed-out, out-of-memory or an exit code"),
            ("name: a/b", "1:7: name: expected 1 to 200 characters without \"/\""),
            ("name: \"a\\nb\"", "name: expected one line, without control characters"),
            ("name: x\ncollision_strategy: enqueue", "there is none: add concurrency_limit"),
            ("name: x\nconcurrency_limit: 0", "expected a whole number from 1"),
            ("name: x\ntagz: [a]", "did you mean \"tags\"?"),
            (
                "name: x\nschedules:\n- cron: \"61 7 2 * *\"",
                "3:9: schedules[0].cron: cron \"61 7 2 * *\": the minute (field 1, column 1)"
            ),
            ("name: x\nschedule: {cron: \"@daily\", timezone: Europe/Berln}", "2:38: schedule.timezone: "),
            ("name: x\nschedule: {cron: \"@daily\", slug: x y}", "2:34: schedule.slug: expected lower-case letters"),
            ("name: x\nschedule: {interval: 0}", "2:22: schedule.interval: expected 1 to"),
            ("name: x\nschedule: {rrule: FREQ=WEEKY}", "2:19: schedule.rrule: FREQ: expected one of"),
            ("name: x\nschedule: {interval: 1h, catchup: true}", "2:35: schedule.catchup: expected \"starts\" with it"),
            (
                "name: x\ncommand: echo hi there",
                "2:10: command: a command is a list of words, and this is one text: write command: [echo, hi, there]"
            ),
            ("name: x\ncommand: echo $HOME | wc", "write command: [sh, -c, \"echo $HOME | wc\"]"),
            ("name: x\nparameters: {year: ${YEAR}}", "without quotes and braces: year: ${YEAR}"),
            ("- name: x", "put the list under deployments:"),
            ("deployments: {name: x}", "deployments: expected a list of deployments, got a mapping"),
            ("deployments: [{name: x}]\nflow_name: y", "2:1: there is no key \"flow_name\""),
            ("name: x\n---\nname: x", "3:1: the deployment \"x\" stands here again; its first place is line 1"),
            ("# nothing", "the file is empty"),
        ])
    func mistakes(text: String, message: String) {
        let problems = Samples.problems(text)
        #expect(problems.count == 1, "\(problems)")
        #expect(problems.first?.contains(message) == true, "\(problems)")
    }

    @Test("All mistakes of a file are told at once, in its order")
    func allAtOnce() {
        let text =
            "deployments:\n- name: a\n  retries: x\n- name: b\n  pririty: 1\n  schedule: {cron: 7, typo: 1}\n- 7\n"
        let problems = Samples.problems(text)
        #expect(problems.map { $0.split(separator: ":")[1] } == ["3", "5", "6", "6", "7"], "\(problems)")
    }
}
