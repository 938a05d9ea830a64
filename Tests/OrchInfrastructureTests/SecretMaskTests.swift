import Foundation
import OrchModel
import TestSupport
import Testing

@testable import OrchInfrastructure

struct SecretMaskTests {
    private static let stars = Secret.placeholder

    private func masked(_ text: String, _ secrets: String...) -> String { SecretMask(secrets).masked(text) }

    @Test func everySecretIsHiddenWhereverItStands() {
        #expect(masked("hunter22", "hunter22") == Self.stars)
        #expect(masked("a=hunter22&b=hunter22;", "hunter22") == "a=\(Self.stars)&b=\(Self.stars);")
        #expect(masked("one-secret two-secret", "one-secret", "two-secret") == "\(Self.stars) \(Self.stars)")
        #expect(masked("nothing of it, hunter2", "hunter22") == "nothing of it, hunter2")
    }

    @Test func theLongerOfTwoThatStartAlikeIsHiddenWhole() {
        #expect(masked("secret-and-more", "secret", "secret-and-more") == Self.stars)
        #expect(masked("secret-and-mor", "secret", "secret-and-more") == "\(Self.stars)-and-mor")
    }

    @Test func whatIsShorterThanSixBytesIsShown() {
        #expect(masked("admin", "admin") == "admin")
        #expect(masked("admin1", "admin1") == Self.stars)
        #expect(masked("", "admin1", "") == "")
        #expect(masked("  ", "      ") == "  ")
    }

    @Test(arguments: [
        "<p\u{e4}ss/w\"rd&1>", #"{"p":"p\#u{e4}ss/w\"rd&1"}"#, #"{"p":"p\#u{e4}ss\/w\"rd&1"}"#,
        "?p=p%C3%A4ss%2Fw%22rd%261&", "?p=p%c3%a4ss%2fw%22rd%261&",
    ])
    func itIsHiddenInEveryFormThatProgramsPrint(_ line: String) throws {
        let shown = masked(line, "p\u{e4}ss/w\"rd&1")
        #expect(shown.contains(Self.stars) && !shown.contains("rd"), "\(shown)")
    }

    @Test(arguments: ["", "u", "us", "use", "user:"], ["", ".", "..", "..."])
    func itIsHiddenInBase64AtAnyPlace(_ before: String, _ after: String) {
        let secret = "canary-0123456789"
        let encoded = Data((before + secret + after).utf8).base64EncodedString()
        let shown = masked("Authorization: Basic \(encoded)", secret)
        #expect(shown.contains(Self.stars))
        // No more than the characters that hold bits of a neighbour are left.
        let left = shown.dropFirst("Authorization: Basic ".count).replacing(Self.stars, with: "")
        #expect(left.count <= encoded.count - secret.utf8.count * 8 / 6 + 2)
    }

    @Test func ofASecretOfSeveralLinesEachIsHidden() {
        let key = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG\nshort\n-----END PRIVATE KEY-----\n"
        let mask = SecretMask([key])
        #expect(mask.masked("MIIEvQIBADANBgkqhkiG") == Self.stars)
        #expect(mask.masked("-----BEGIN PRIVATE KEY-----") == "-----BEGIN PRIVATE KEY-----")
        #expect(mask.masked("short") == "short")
        #expect(
            mask.masked(JSONValue.object(["private_key": .string(key)]).jsonText)
                == #"{"private_key":"\#(Self.stars)"}"#)
    }

    @Test func bytesThatAreNoTextAreKeptAroundIt() {
        let mask = SecretMask(["canary"])
        #expect(mask.masked([0xFF] + Array("canary".utf8)[...] + [0xFE]) == "\u{FFFD}\(Self.stars)\u{FFFD}")
        #expect(mask.masked([0xFF, 0x41][...]) == "\u{FFFD}A")
    }

    @Test func aLineIsMaskedAsByASearchForEachSecret() {
        var random = SeededGenerator(seed: SeededGenerator.seed(2))
        for _ in 0..<300 {
            let secrets = (0..<3).map { _ in
                String((0..<Int.random(in: 6...8, using: &random)).map { _ in "ab".randomElement(using: &random)! })
            }
            let line = String((0..<60).map { _ in "ab-".randomElement(using: &random)! })
            let mask = SecretMask(secrets)
            var expected = ""
            var rest = line[...]
            while let first = rest.first {
                let found = secrets.filter { rest.hasPrefix($0) }.max { $0.count < $1.count }
                expected += found == nil ? String(first) : Self.stars
                rest = rest.dropFirst(found?.count ?? 1)
            }
            #expect(mask.masked(line) == expected, "secrets \(secrets) in \(line)")
        }
    }
}
