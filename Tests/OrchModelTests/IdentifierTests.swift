import OrchModel
import Testing

struct IdentifierTests {
    @Test func sortsByTimeAndCarriesVersionSeven() {
        var generator = SystemRandomNumberGenerator()
        let ids = (0..<1000).map {
            Identifier(time: Timestamp(microseconds: Int64($0) * 1000), using: &generator)
        }
        #expect(ids == ids.sorted())
        for id in ids {
            let text = Array(id.description.utf8)
            #expect(text.count == 36)
            #expect(text[14] == UInt8(ascii: "7"))
            #expect("89ab".utf8.contains(text[19]))
        }
    }

    @Test func readsWhatItWrites() throws {
        let id = Identifier.new()
        #expect(Identifier(id.description) == id)
        #expect(Identifier(id.description.uppercased()) == id)
        #expect(Identifier(id.description.filter { $0 != "-" }) == id)
        #expect(id.description.hasSuffix(id.short))
    }

    @Test(arguments: ["", "123", "01980c4e-7f3a-7cc2-9b1e-0d6a4f2b9c1", "zz980c4e-7f3a-7cc2-9b1e-0d6a4f2b9c11"])
    func refuses(text: String) {
        #expect(Identifier(text) == nil)
    }
}
