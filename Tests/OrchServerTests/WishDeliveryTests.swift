import OrchModel
import Testing

@testable import OrchServer

struct WishDeliveryTests {
    @Test func aWishIsToldAgainAfterAWhileOnly() {
        let delivery = WishDelivery<WorkReply.Cancellation>(interval: .seconds(10))
        let start = Duration.seconds(3)
        func wish(_ attempt: Int, _ id: Identifier) -> WorkReply.Cancellation {
            WorkReply.Cancellation(
                runID: id, attempt: attempt, request: CancellationRequest(by: "user admin", at: .now()))
        }
        let id = Identifier.new()
        let (first, second) = (wish(1, id), wish(2, id))
        #expect(delivery.due([first], at: start) == [first])
        #expect(delivery.due([first, second], at: start + .seconds(5)) == [second])
        #expect(delivery.due([first, second], at: start + .seconds(11)) == [first])
        #expect(delivery.due([], at: start + .seconds(12)) == [])
    }
}
