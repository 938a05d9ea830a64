import FoundationEssentials
import Testing

@testable import GoogleCloud

struct GoogleCredentialsTests {
    @Test func readsTheKeyFile() throws {
        let key = try ServiceAccountKey(json: try ServiceAccountFixture().json())
        #expect(key.clientEmail == "etl@p.iam.gserviceaccount.com")
        #expect(key.projectID == "p")
        #expect(key.tokenURI == "https://oauth2.googleapis.com/token")
    }

    @Test func acceptsLineEndsEscapedTwice() throws {
        let fixture = try ServiceAccountFixture()
        let pem = fixture.pem.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\\n")
        #expect(throws: Never.self) { try ServiceAccountKey(json: try fixture.json(["private_key": pem])) }
    }

    @Test func showsNoPartOfTheKeyInAnyDescription() throws {
        let fixture = try ServiceAccountFixture()
        let credentials = try GoogleCredentials(serviceAccountJSON: try fixture.json())
        var dumped = ""
        dump(credentials, to: &dumped)
        let secret = String(fixture.pem.split(separator: "\n")[1].prefix(12))
        for text in ["\(credentials)", String(reflecting: credentials), dumped] {
            #expect(!text.contains(secret) && !text.contains("BEGIN"))
            #expect(text.contains("redacted"))
        }
    }

    @Test(arguments: ["/keys/sa.json", "~/sa.json", "./sa", "sa.json", "/keys/sa.json\n"])
    func explainsThatAPathIsNotAKey(path: String) {
        #expect { try GoogleCredentials(serviceAccountJSON: path) } throws: { error in
            guard case GoogleCloudError.invalidCredentials(.path) = error else { return false }
            return "\(error)".contains("got the path of a key file where its content is needed")
        }
    }

    @Test func refusesTextThatIsNotJSON() {
        #expect {
            try GoogleCredentials(serviceAccountJSON: "-----BEGIN PRIVATE KEY-----\nabc\n")
        } throws: { error in
            guard case GoogleCloudError.invalidCredentials(.notJSON) = error else { return false }
            return !"\(error)".contains("abc")
        }
    }

    @Test func refusesOtherKindsOfCredentials() throws {
        let json = try ServiceAccountFixture().json(["type": "authorized_user"])
        #expect { try GoogleCredentials(serviceAccountJSON: json) } throws: { error in
            if case GoogleCloudError.invalidCredentials(.wrongType("authorized_user")) = error { true } else { false }
        }
    }

    @Test(arguments: ["type", "client_email", "private_key"])
    func namesTheMissingField(name: String) throws {
        let json = try ServiceAccountFixture().json([name: String?.none])
        #expect { try GoogleCredentials(serviceAccountJSON: json) } throws: { error in
            if case GoogleCloudError.invalidCredentials(.missingField(name)) = error { true } else { false }
        }
    }

    @Test func refusesAKeyThatIsNoRSAKeyAndDoesNotShowIt() throws {
        let json = try ServiceAccountFixture().json(["private_key": "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n"])
        #expect { try GoogleCredentials(serviceAccountJSON: json) } throws: { error in
            guard case GoogleCloudError.invalidCredentials(.privateKey) = error else { return false }
            return !"\(error)".contains("c2VjcmV0")
        }
    }

    @Test(arguments: [
        "http://oauth2.googleapis.com/token", "http://127.0.0.1.example.org/token", "http://localhost@example.org/t",
        "ftp://x",
    ])
    func refusesATokenEndpointInTheClear(uri: String) throws {
        let json = try ServiceAccountFixture().json(["token_uri": uri])
        #expect { try GoogleCredentials(serviceAccountJSON: json) } throws: { error in
            if case GoogleCloudError.invalidCredentials(.tokenURI(uri)) = error { true } else { false }
        }
    }
}
