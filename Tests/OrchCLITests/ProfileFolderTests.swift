import FoundationEssentials
import OrchModel
import Testing

@testable import OrchCLI

struct ProfileFolderTests {
    @Test func keepsAProfileToItsOwner() throws {
        try withFolder { home in
            let folder = ProfileFolder(home: home)
            try folder.save(Profile(name: "work", url: "http://h:4200", token: "canary-4711"))
            try folder.use("work")
            let loaded = try #require(try folder.load("work"))
            #expect(loaded.url == "http://h:4200")
            #expect(try loaded.readToken().reveal() == "canary-4711")
            let path = home + "/profiles/work.json"
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            #expect(!"\(loaded)".contains("canary"))
            #expect(folder.names() == ["work"])
        }
    }

    @Test func namesTheNearestProfile() throws {
        try withFolder { home in
            let folder = ProfileFolder(home: home)
            try folder.save(Profile(name: "compose", url: "http://h", token: "t"))
            let error = #expect(throws: Message.self) { try folder.use("compse") }
            #expect(error?.text.contains("did you mean compose?") == true)
        }
    }

    @Test func refusesANameThatLeavesTheFolder() throws {
        try withFolder { home in
            #expect(throws: Message.self) {
                try ProfileFolder(home: home).save(Profile(name: "../x", url: "http://h", token: "t"))
            }
        }
    }

    private func withFolder(_ body: (String) throws -> Void) throws {
        let home = FileManager.default.temporaryDirectory.path + "/orch-profiles-\(Identifier.new())"
        defer { try? FileManager.default.removeItem(atPath: home) }
        try body(home)
    }
}
