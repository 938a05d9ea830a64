import OrchModel
import Testing

struct SecretTests {
    private struct Holder { var password: Secret }

    @Test func showsItselfNowhere() {
        let secret = Secret("canary-4711")
        var dumped = ""
        dump(Holder(password: secret), to: &dumped)
        let texts = [
            "\(secret)", String(describing: secret), String(reflecting: secret), "\(Holder(password: secret))", dumped,
        ]
        for text in texts { #expect(!text.contains("canary")) }
        #expect(secret.reveal() == "canary-4711")
    }
}
