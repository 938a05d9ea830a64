import ArgumentParser
import OrchModel
import OrchServer
import TestSupport
import Testing

@testable import OrchCLI

struct LocalProfileTests {
    @Test func theProfileStaysWithAControllerThatAnswers() async throws {
        let home = try TemporaryFolder()
        let folder = ProfileFolder(home: home.path)
        try await LiveController.with { first in
            let token = try home.write(first.controller.adminToken.reveal(), as: "first.token")
            let words = try await LocalProfile(folder: folder, instance: first.controller.instance)
                .lead(to: first.url, tokenFile: token)
            #expect(words.hasPrefix("orch is up at \(first.url). Next: "))
            #expect(try folder.load(nil)?.url == first.url)
            try await LiveController.with { second in
                let words = try await LocalProfile(folder: folder, instance: second.controller.instance)
                    .lead(to: second.url, tokenFile: "/second/admin.token")
                #expect(words.contains("still leads to the one at \(first.url)"))
                #expect(words.hasSuffix("--api-url \(second.url) --token-file /second/admin.token"))
                #expect(try folder.load("local")?.url == first.url)
            }
            // The same controller at another address is no other one.
            let restarted = try await LocalProfile(folder: folder, instance: first.controller.instance)
                .lead(to: "http://127.0.0.1:9", tokenFile: token)
            #expect(restarted.hasPrefix("orch is up at http://127.0.0.1:9. Next: "))
        }
    }

    @Test func theProfileOfAControllerThatIsGoneIsTaken() async throws {
        let home = try TemporaryFolder()
        let folder = ProfileFolder(home: home.path)
        let token = try home.write("t", as: "token")
        try folder.save(Profile(name: "local", url: "http://127.0.0.1:1", tokenFile: token))
        let words = try await LocalProfile(folder: folder, instance: .new())
            .lead(to: "http://127.0.0.1:9", tokenFile: token)
        #expect(words.hasPrefix("orch is up at http://127.0.0.1:9. Next: "))
        #expect(try folder.load("local")?.url == "http://127.0.0.1:9")
    }

    @Test(arguments: [["--data", "second"], ["--keys", "second", "--data", "d"]])
    func theTokensFileIsAWholePath(options: [String]) throws {
        let up = try Up.parse(options)
        #expect(up.tokenFile.hasPrefix("/") && up.tokenFile.hasSuffix("/second/admin.token"))
    }
}
