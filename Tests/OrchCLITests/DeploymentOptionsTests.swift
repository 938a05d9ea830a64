import ArgumentParser
import DeploymentFiles
import FoundationEssentials
import OrchModel
import Testing

@testable import OrchCLI

struct DeploymentOptionsTests {
    @Test(
        "Options that cannot be meant are refused, with what was expected",
        arguments: [
            (["--cron", "@daily", "--interval", "60"], "one of them"), (["--timezone", "UTC"], "belong to a schedule"),
            (["--interval", "soon"], "--interval"), (["--priority", "1001"], "0 to 1000"), (["-l", "0"], "1 or more"),
            (["--collision-strategy", "enqueue"], "add --concurrency-limit"),
            (["-l", "1", "--collision-strategy", "cancle-new"], "did you mean cancel-new?"),
            (["--requires", "gpu"], "NAME=VALUE"),
            (["--source", "git", "x"], "URL@REF:PATH"), (["--job-variable", "memory"], "NAME=VALUE"),
            (["--infra", "dokcer"], "did you mean docker?"),
        ])
    func refuses(arguments: [String], message: String) {
        do {
            _ = try Deploy.parse(["--image", "i"] + arguments)
            Issue.record("it was taken")
        } catch {
            let text = Deploy.message(for: error)
            #expect(text.contains(message), "\(text)")
        }
    }

    @Test(
        "The file is called by its flow",
        arguments: [
            ("etl-parent-flow", "etl_parent_flow-deployment.yaml"), ("Ingest Flow", "Ingest_Flow-deployment.yaml"),
            ("a/../b", "a_.._b-deployment.yaml"),
        ])
    func fileName(flow: String, name: String) {
        #expect(Deployments.Build.fileName(flow: flow) == name)
    }

    @Test("Prefect's words for a build are taken")
    func prefectWords() throws {
        let build = try Deployments.Build.parse([
            "taxi:latest:etl-parent-flow", "-n", "Parametrized ETL", "-q", "default", "-t", "etl", "-v", "1", "-ib",
            "docker-container/zoom", "--override", "env.A=1", "--param", "year=2020", "-l", "3", "-o", "x.yaml", "-a",
        ])
        #expect(build.apply && build.output == "x.yaml" && build.infraBlock == "docker-container/zoom")
        #expect(throws: (any Error).self) { try Deployments.Build.parse(["i", "-n", "x", "-ib", "zoom"]) }
        #expect(throws: (any Error).self) {
            try Deployments.Build.parse(["i", "-n", "x", "-i", "process", "-ib", "docker-container/z"])
        }
    }

    @Test("--version names the deployment's version where there is one to name, and is orch's own alone elsewhere")
    func version() throws {
        for option in ["--version", "--version-name", "-v"] {
            let build = try OrchCommand.parseAsRoot(["deployment", "build", "a:b", "-n", "c", option, "1.2"])
            #expect((build as? Deployments.Build)?.options.versionName == "1.2")
            let deploy = try OrchCommand.parseAsRoot(["deploy", "--image", "x", option, "1.2"])
            #expect((deploy as? Deploy)?.options.versionName == "1.2")
        }
        let inspect = try OrchCommand.parseAsRoot(["deployment", "inspect", "c", "--version", "3"])
        #expect((inspect as? Deployments.Inspect)?.version == 3)
        let error = #expect(throws: (any Error).self) { try OrchCommand.parseAsRoot(["--version"]) }
        #expect(error.map { OrchCommand.message(for: $0) } == OrchVersion.current)
    }

    @Test("Prefect's options of storage are taken, each with what is there instead")
    func storage() throws {
        let build = try Deployments.Build.parse([
            "i", "-n", "x", "--skip-upload", "-sb", "s3/lake", "--path", "flows",
        ])
        #expect(build.hints.count == 3)
        #expect(build.hints.allSatisfy { $0.contains("has no meaning here") && $0.contains("--source") })
        #expect(try Deployments.Build.parse(["i", "-n", "x"]).hints.isEmpty)
    }

    @Test("A misspelt file is told with the nearest of its folder")
    func nearestFile() throws {
        let folder = FileManager.default.temporaryDirectory.path() + "/orch-files-\(Identifier.new())"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try Data("name: x".utf8).write(to: URL(filePath: folder + "/etl_parent_flow-deployment.yaml"))
        let loading = DeploymentFileLoading(paths: [folder + "/etl_parent_flow-deplyoment.yaml", folder], timeout: 1)
        let error = #expect(throws: Message.self) { try loading.read() }
        #expect(error?.code == .usage)
        #expect(error?.text.contains("did you mean \(folder)/etl_parent_flow-deployment.yaml?") == true)
        #expect(error?.text.contains("is a folder") == true)
    }

    @Test(
        "Words of a shell are quoted where they have to be",
        arguments: [("docker-flow", "docker-flow"), ("a b", "'a b'"), ("it's", "'it'\\''s'"), ("", "''")])
    func shellWords(text: String, word: String) {
        #expect(ShellWord.word(text) == word)
    }
}
