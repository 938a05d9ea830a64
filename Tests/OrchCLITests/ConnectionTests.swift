import ArgumentParser
import OrchModel
import TestSupport
import Testing

@testable import OrchCLI

struct ConnectionTests {
    @Test func aTokenKnowsWhereItCameFrom() throws {
        let home = try TemporaryFolder()
        let file = try home.write("t", as: "token")
        let folder = ProfileFolder(home: home.path)
        try folder.save(Profile(name: "local", url: "http://h:1", tokenFile: file))
        try folder.save(Profile(name: "kept", url: "http://h:1", token: "t"))
        try folder.use("local")
        func origin(_ options: [String], _ environment: [String: String] = [:]) throws -> String {
            try Connection.parse(options).endpoint(environment: environment, folder: folder).tokenOrigin
        }
        #expect(try origin([]) == "the profile local, \(file)")
        #expect(try origin(["--profile", "kept"]) == "the profile kept")
        #expect(try origin(["--token-file", file]) == "--token-file \(file)")
        #expect(try origin([], ["ORCH_API_KEY": "k"]) == "$ORCH_API_KEY")
        #expect(try origin([], ["ORCH_API_KEY_FILE": file]) == "$ORCH_API_KEY_FILE, \(file)")
    }

    @Test func aTokenFileThatIsMissingIsToldWithItsProfile() throws {
        let home = try TemporaryFolder()
        let folder = ProfileFolder(home: home.path)
        try folder.save(Profile(name: "default", url: "http://h:1", tokenFile: "/no/such/file"))
        #expect {
            _ = try Connection.parse([]).endpoint(environment: [:], folder: folder)
        } throws: { error in
            "\(error)".hasPrefix(
                "cannot read the profile default's token file /no/such/file: there is no such file. Expected ")
        }
    }
}
