import Testing

@testable import OrchCLI

struct TerminalTextTests {
    @Test(arguments: [
        (text: "plain é\ttab", shown: "plain é\ttab"),
        (text: "\u{1B}[31mred\u{1B}[0m", shown: "\u{1B}[31mred\u{1B}[0m"),
        (text: "\u{1B}[2Jcleared", shown: "\\x1b[2Jcleared"),
        (text: "\u{1B}]0;title\u{07}", shown: "\\x1b]0;title\\x07"),
        (text: "a\r\nb\u{00}", shown: "a\\x0d\\x0ab\\x00"), (text: "\u{9B}31m", shown: "\\x9b31m"),
        (text: "\u{1B}[", shown: "\\x1b["),
    ])
    func writesOutWhatSteersATerminal(text: String, shown: String) {
        #expect(TerminalText.harmless(text) == shown)
    }
}
