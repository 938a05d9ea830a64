import FoundationEssentials
import OrchModel
import Testing

struct CancellationRequestTests {
    @Test("What an older agent or controller writes is read, and what it does not know is left out")
    func coding() throws {
        let old = CancellationRequest(by: "user admin", at: Timestamp(microseconds: 1))
        let text = try JSONText.encode(old)
        #expect(!text.contains("isImmediate"))
        let read = try JSONDecoder().decode(CancellationRequest.self, from: Data(text.utf8))
        #expect(read == old && read.isImmediate == nil)
        let now = CancellationRequest(by: "user admin", at: Timestamp(microseconds: 1), isImmediate: true)
        let again = try JSONDecoder().decode(
            CancellationRequest.self, from: Data(try JSONText.encode(now).utf8))
        #expect(again == now && now.hastens(old) && !old.hastens(now) && !now.hastens(now))
    }
}
