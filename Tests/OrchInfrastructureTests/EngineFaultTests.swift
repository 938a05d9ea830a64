import DockerEngine
import Testing

@testable import OrchInfrastructure

struct EngineFaultTests {
    @Test(
        "who says in the engine's place that it is not there is waited for; what the engine itself refuses is not",
        arguments: [(502, true), (503, true), (504, true), (500, false), (501, false), (400, false)])
    func refusals(status: Int, isTransient: Bool) {
        let error = DockerError.api(status: status, method: "GET", path: "/containers/c/json", message: "no")
        let fault = EngineFault(error)
        #expect(fault.isTransient == isTransient)
        #expect("\(fault)".contains("no"))
    }
}
