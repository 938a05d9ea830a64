import CryptoExtras
import FoundationEssentials

/// The key of a service account, as Google's console hands it out in a JSON file.
///
/// Prints the account's e-mail address and `<redacted>` in every description, also by `dump`.
/// See [service account keys](https://cloud.google.com/iam/docs/keys-create-delete).
package struct ServiceAccountKey: Sendable {
    /// The account's address, the issuer of its assertions.
    package let clientEmail: String
    /// The project that the account belongs to, where the key names one.
    package let projectID: String?
    /// Where assertions are exchanged for access tokens.
    package let tokenURI: String
    let keyID: String?
    let signingKey: _RSA.Signing.PrivateKey

    /// Google's token endpoint, for keys that name none.
    static let defaultTokenURI = "https://oauth2.googleapis.com/token"

    /// Parses the content of a key file.
    ///
    /// - Throws: `GoogleCloudError.invalidCredentials`, which says what is wrong and shows no part of the text.
    package init(json text: String) throws(GoogleCloudError) {
        do throws(GoogleCredentialsProblem) {
            self = try Self.parse(text)
        } catch {
            throw .invalidCredentials(error)
        }
    }

    private init(file: File, clientEmail: String, tokenURI: String, signingKey: _RSA.Signing.PrivateKey) {
        self.clientEmail = clientEmail
        self.projectID = file.projectID
        self.tokenURI = tokenURI
        self.keyID = file.privateKeyID
        self.signingKey = signingKey
    }

    private static func parse(_ text: String) throws(GoogleCredentialsProblem) -> ServiceAccountKey {
        let file: File
        do {
            file = try JSONDecoder().decode(File.self, from: Data(text.utf8))
        } catch {
            throw looksLikePath(text) ? .path : .notJSON
        }
        guard let type = file.type else { throw .missingField("type") }
        guard type == "service_account" else { throw .wrongType(type) }
        guard let clientEmail = file.clientEmail, !clientEmail.isEmpty else { throw .missingField("client_email") }
        guard let pem = file.privateKey, !pem.isEmpty else { throw .missingField("private_key") }
        let tokenURI = file.tokenURI ?? defaultTokenURI
        guard GoogleEndpoint(tokenURI).isConfidential else { throw .tokenURI(tokenURI) }
        do {
            // A key that went through one JSON encoder too many has its line ends as two characters.
            let signingKey = try _RSA.Signing.PrivateKey(
                pemRepresentation: pem.split(separator: "\\n", omittingEmptySubsequences: false).joined(separator: "\n")
            )
            return ServiceAccountKey(file: file, clientEmail: clientEmail, tokenURI: tokenURI, signingKey: signingKey)
        } catch {
            throw .privateKey(cause: error)
        }
    }

    private static func looksLikePath(_ text: String) -> Bool {
        let line = text.split(whereSeparator: \.isNewline)
        guard line.count == 1, let path = line.first, !path.contains("{") else { return false }
        return path.hasPrefix("/") || path.hasPrefix("~") || path.hasPrefix(".") || path.hasSuffix(".json")
    }

    private struct File: Decodable {
        let type: String?
        let projectID: String?
        let privateKeyID: String?
        let privateKey: String?
        let clientEmail: String?
        let tokenURI: String?

        enum CodingKeys: String, CodingKey {
            case type
            case projectID = "project_id"
            case privateKeyID = "private_key_id"
            case privateKey = "private_key"
            case clientEmail = "client_email"
            case tokenURI = "token_uri"
        }
    }
}

extension ServiceAccountKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The account, not the key.
    package var description: String { "service account \(clientEmail) (key <redacted>)" }
    /// The account, not the key.
    package var debugDescription: String { description }
    /// The account, not the key.
    package var customMirror: Mirror { Mirror(self, children: ["clientEmail": clientEmail, "key": "<redacted>"]) }
}
