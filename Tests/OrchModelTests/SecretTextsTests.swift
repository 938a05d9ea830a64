import OrchModel
import Testing

struct SecretTextsTests {
    private func hidden(_ value: JSONValue, _ shown: JSONValue) -> [String] {
        SecretTexts.hidden(of: value, shownAs: shown)
    }

    @Test func whatIsShownAsItIsHidesNothing() {
        #expect(hidden(["month": 7, "names": ["a", "b"]], ["month": 7, "names": ["a", "b"]]).isEmpty)
    }

    @Test func aHiddenParameterIsSecretAtAnyDepth() {
        let value: JSONValue = [
            "month": 7, "login": ["user": "root", "password": "hunter2"], "keys": ["k-one", "k-two"],
        ]
        let shown: JSONValue = [
            "month": 7, "login": ["user": "root", "password": "********"], "keys": ["********", "********"],
        ]
        #expect(hidden(value, shown) == ["k-one", "k-two", "hunter2"])
        #expect(hidden(["a": "gone"], [:]) == ["gone"], "what is not shown at all")
    }

    @Test(arguments: [
        ("postgres://u:p/ss@wo:rd@db/x", ["p/ss@wo:rd"]),
        ("https://h/f?token=abc&month=7&sig=d%2Fe", ["abc", "d%2Fe"]),
        ("host=db password=hunter2 user=u", ["hunter2"]),
        ("p://a:one@h p://b:two@h", ["one", "two"]),
    ])
    func ofAnAddressItsPasswordsAreSecret(_ text: String, _ expected: [String]) {
        let value = JSONValue.string(text)
        #expect(hidden(value, value.hidingURLPasswords) == expected)
    }

    @Test func ofAKeyFileItsKeysAreSecretAndItsNamesAreNot() {
        let file: JSONValue = [
            "type": "service_account", "project_id": "zoomcamp", "private_key": "-----BEGIN\nabc\n",
            "private_key_id": "17ab",
            "client_email": "a@b", "token_uri": "https://oauth2.example/token",
        ]
        #expect(SecretTexts.all(in: file) == ["-----BEGIN\nabc\n", "17ab"])
        #expect(SecretTexts.all(in: ["one": "x", "two": ["y"]]) == ["x", "y"], "names that say nothing")
    }

    @Test func ofABlockTheSecretFieldsAreSecretWithThoseOfBlocksWithinIt() throws {
        let bucket = try #require(BlockType.named("gcs-bucket"))
        let texts = bucket.secretTexts(in: [
            "bucket": "lake", "gcp_credentials": ["project": "p", "service_account_info": ["private_key": "canary"]],
        ])
        #expect(texts == ["canary"])
    }

    @Test(arguments: ["PASSWORD", "PGPASSWORD", "api_token", "AWS_SECRET_ACCESS_KEY", "GIT_CREDENTIALS"])
    func aNameTellsOfASecret(_ name: String) { #expect(SecretTexts.isTelling(name)) }

    @Test(arguments: ["MONTH", "token_uri", "PASSWORD_FILE", "key", "color"])
    func aNameTellsOfNoSecret(_ name: String) { #expect(!SecretTexts.isTelling(name)) }
}
