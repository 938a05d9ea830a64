import OrchModel
import Testing

@testable import OrchCLI

struct DoctorTests {
    private let flows = Sample.deployment("flows:1", .sdk, updated: 1)
    private let newer = Sample.deployment("flows:2", .sdk, updated: 2)
    private let command = Sample.deployment("alpine", .command, updated: 3)

    @Test func anImageWithoutFlowsIsACommandImage() {
        let check = Doctor.check("alpine", .noDescription(image: "alpine"))
        #expect(check.result == .ok)
        #expect(check.message.hasPrefix("describes no flows; as a command flow it is deployed with: orch deploy "))
        #expect(Doctor.check("alpine", .noImage(image: "alpine", available: [])).result == .failed)
    }

    @Test func aProbeRunsInAFlowImage() {
        let deployments = [flows, newer, command]
        let answers: [String: AgentTaskAnswer] = ["alpine": .noDescription(image: "alpine")]
        #expect(Doctor.probedImage(nil, answers, deployments) == "flows:2")
        #expect(Doctor.probedImage("alpine", answers, deployments) == "flows:2")
        #expect(Doctor.probedImage("alpine", answers, [command]) == nil)
        #expect(Doctor.probedImage("mine", ["mine": .failed(message: "m")], deployments) == "mine")
    }
}
