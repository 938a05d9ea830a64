import CryptoExtras
import FoundationEssentials

/// The signed statement that is exchanged for an access token: a JSON Web Token, RS256.
///
/// See <https://developers.google.com/identity/protocols/oauth2/service-account#authorizingrequests>.
struct ServiceAccountAssertion {
    /// How long Google lets an assertion live at most, in seconds.
    static let lifetime: Int64 = 3600

    private struct Header: Encodable {
        let alg = "RS256"
        let typ = "JWT"
        let kid: String?
    }

    private struct Claims: Encodable {
        let iss: String
        let scope: String
        let aud: String
        let iat: Int64
        let exp: Int64
    }

    /// The compact form, `header.claims.signature`.
    static func sign(key: ServiceAccountKey, scopes: [String], now: Date) throws -> String {
        let issued = Int64(now.timeIntervalSince1970)
        let claims = Claims(
            iss: key.clientEmail,
            scope: scopes.joined(separator: " "),
            aud: key.tokenURI,
            iat: issued,
            exp: issued + lifetime
        )
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let parts = [try encoder.encode(Header(kid: key.keyID)), try encoder.encode(claims)]
        let signed = parts.map(base64URL).joined(separator: ".")
        let signature = try key.signingKey.signature(for: Data(signed.utf8), padding: .insecurePKCS1v1_5)
        return "\(signed).\(base64URL(signature.rawRepresentation))"
    }

    /// Base64 for URLs without padding (RFC 4648 section 5).
    private static func base64URL(_ data: Data) -> String {
        String(
            data.base64EncodedString().compactMap { character -> Character? in
                switch character {
                case "+": "-"
                case "/": "_"
                case "=": nil
                default: character
                }
            }
        )
    }
}
