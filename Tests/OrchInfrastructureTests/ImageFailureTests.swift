import DockerEngine
import Testing

@testable import OrchInfrastructure

struct ImageFailureTests {
    @Test(arguments: DockerError.PullFailure.allCases)
    func everyFailureToPullSaysWhatToDo(_ failure: DockerError.PullFailure) {
        let fault = EngineFault(.pull(failure, reference: "taxi:1", message: "said the daemon"))
        guard case .pull(let cause, let message) = fault else {
            Issue.record("expected a pull's failure, got \(fault)")
            return
        }
        let text = ImageFailure(image: "taxi:1", cause: cause, message: message, nearest: []).description
        #expect(text.hasPrefix("the image taxi:1 is not on this host and "))
        #expect(text.contains("said the daemon"))
    }

    @Test func saysWhatIsNearAndWhatToDo() {
        let failure = ImageFailure(
            image: "taxo:latest", cause: .unreachable, message: "no such host", nearest: ["taxi:latest"])
        #expect(
            failure.description
                == "the image taxo:latest is not on this host and its registry could not be reached (no such host): "
                + "build it here, `docker build -t taxo:latest .`, or try again; "
                + "images here with near names: taxi:latest")
    }
}
