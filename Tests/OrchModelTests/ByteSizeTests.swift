import Testing

@testable import OrchModel

struct ByteSizeTests {
    @Test(arguments: [
        ("99999999999999999999g", "expected 8388607t at most"), ("8388608t", "expected 8388607t at most"),
        ("0", "expected an amount such as 512m or 2g"), ("much", "expected an amount such as 512m or 2g"),
        ("-1g", "expected an amount such as 512m or 2g"), ("8388607t", nil), ("1", nil),
    ])
    func whatIsNoAmountIsToldFromWhatIsTooMuch(text: String, problem: String?) {
        #expect(ByteSize.problem(of: text) == problem)
        let block = BlockType.dockerContainer.problems(in: ["memory": .string(text)])
        #expect(block.map(\.description) == (problem.map { ["memory: \($0)"] } ?? []))
    }

    @Test(arguments: [
        ("0", 0), ("1048576", 1_048_576), ("10b", 10), ("64k", 65_536), ("512m", 536_870_912), ("512MB", 536_870_912),
        ("2g", 2_147_483_648), ("2GiB", 2_147_483_648), ("1.5g", 1_610_612_736), ("1t", 1_099_511_627_776),
    ])
    func reads(_ text: String, _ bytes: Int64) {
        #expect(ByteSize.bytes(text) == bytes)
    }

    @Test(arguments: ["", "m", "-1", "1x", "1 g", "1.2.3m", "nan", "inf", "99999999999999t", "１m"])
    func refuses(_ text: String) {
        #expect(ByteSize.bytes(text) == nil)
    }

    @Test(arguments: [(0, "0 bytes"), (1023, "1023 bytes"), (536_870_912, "512 MiB"), (1_610_612_736, "1.5 GiB")])
    func showsTheLargestUnit(_ bytes: Int64, _ text: String) {
        #expect(ByteSize.text(bytes) == text)
    }
}
