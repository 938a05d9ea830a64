import OrchModel
import Testing

@testable import OrchServer

struct ServerKeysTests {
    private let keys = ServerKeys(secret: Array(0..<32))
    private let others = ServerKeys(secret: Array(1..<33))
    private let run = Identifier.new()

    @Test(arguments: ["", "secret", "žluťoučký \u{0} 🚕"])
    func whatIsSealedOpensForItsPurposeAlone(text: String) throws {
        let sealed = try keys.seal(text, for: "the block a/b")
        #expect(try keys.open(sealed, for: "the block a/b") == text)
        #expect(try keys.seal(text, for: "the block a/b") != sealed)
        #expect(throws: OrchServerError.self) { try keys.open(sealed, for: "the block a/c") }
        #expect(throws: OrchServerError.self) { try others.open(sealed, for: "the block a/b") }
        #expect(throws: OrchServerError.self) { try keys.open(Array(sealed.dropLast()), for: "the block a/b") }
        #expect(throws: OrchServerError.self) { try keys.open([], for: "the block a/b") }
    }

    @Test func anAttemptsTokenIsItsOwn() {
        let token = keys.attemptToken(run: run, attempt: 1)
        #expect(keys.isAttemptToken(token, run: run, attempt: 1))
        #expect(!keys.isAttemptToken(token, run: run, attempt: 2))
        #expect(!keys.isAttemptToken(token, run: .new(), attempt: 1))
        #expect(!others.isAttemptToken(token, run: run, attempt: 1))
        #expect(!keys.isAttemptToken("", run: run, attempt: 1))
        #expect(!keys.isAttemptToken("٣٤", run: run, attempt: 1))
    }

    @Test func aRunsKeyTellsRunAndAttempt() throws {
        let key = keys.runKey(run: run, attempt: 12)
        let named = try #require(keys.attempt(ofRunKey: key))
        #expect(named == (run, 12))
        #expect(others.attempt(ofRunKey: key) == nil)
        for forged in [key.replacing("_12_", with: "_13_"), String(key.dropLast(2)), "\(key)_", "orch_run_", ""] {
            #expect(keys.attempt(ofRunKey: forged) == nil)
        }
        #expect(!key.contains(keys.attemptToken(run: run, attempt: 12)))
    }

    @Test func fingerprintsTellContentsApart() {
        #expect(keys.fingerprint(of: "a") == keys.fingerprint(of: "a"))
        #expect(keys.fingerprint(of: "a") != keys.fingerprint(of: "b"))
        #expect(keys.fingerprint(of: "a") != others.fingerprint(of: "a"))
    }
}
