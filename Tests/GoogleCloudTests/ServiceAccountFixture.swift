import CryptoExtras
import FoundationEssentials

@testable import GoogleCloud

/// A service account whose key is made anew for each run of the tests.
struct ServiceAccountFixture {
    static let key: Result<_RSA.Signing.PrivateKey, any Error> = Result {
        try _RSA.Signing.PrivateKey(keySize: .bits2048)
    }

    let pem: String
    let publicKey: _RSA.Signing.PublicKey

    init() throws {
        let key = try Self.key.get()
        pem = key.pkcs8PEMRepresentation
        publicKey = key.publicKey
    }

    /// The key file; fields set to nil are left out.
    func json(_ changes: [String: String?] = [:]) throws -> String {
        var fields: [String: String] = [
            "type": "service_account", "project_id": "p", "private_key_id": "kid-1", "private_key": pem,
            "client_email": "etl@p.iam.gserviceaccount.com", "token_uri": "https://oauth2.googleapis.com/token",
        ]
        for (name, value) in changes { fields[name] = value }
        return String(decoding: try JSONEncoder().encode(fields), as: UTF8.self)
    }

    func credentials(tokenURI: String) throws -> GoogleCredentials {
        try GoogleCredentials(serviceAccountJSON: try json(["token_uri": tokenURI]))
    }
}
