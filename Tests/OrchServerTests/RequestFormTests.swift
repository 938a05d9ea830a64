import OrchModel
import Testing

@testable import OrchServer

struct RequestFormTests {
    @Test("equal requests have one form, in whatever order their sets are written")
    func sets() throws {
        let causes: [RetryCause] = [.failed, .crashed, .timedOut, .outOfMemory, .exitCode(3), .exitCode(4)]
        var forms: Set<String> = []
        for count in 0..<20 {
            // Another capacity is another order.
            var set = Set<RetryCause>(minimumCapacity: 1 << count % 10)
            set.formUnion(count % 2 == 0 ? causes : causes.reversed())
            var request = FlowRunRequest(deployment: "docker-flow")
            request.policy = RunPolicy(retryOn: set)
            forms.insert(try JSONValue(encoding: request).jsonText)
        }
        #expect(forms.count == 1)
    }
}
