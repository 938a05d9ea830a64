import Testing

@testable import Orch

struct RunCancellationTests {
    private func work() -> Task<FlowRunner.Exit, Never> {
        Task {
            // Ends when it is cancelled, and only then.
            while !Task.isCancelled { try? await Task.sleep(for: .milliseconds(1)) }
            return .cancelled
        }
    }

    @Test func cancelsARunThatIsThere() async {
        let cancellation = RunCancellation()
        let work = work()
        cancellation.cancelsWhenRequested(work)
        #expect(!work.isCancelled)
        cancellation.request("cancelled by SIGINT")
        #expect(await work.value == .cancelled)
        #expect(cancellation.reason == "cancelled by SIGINT")
    }

    @Test func cancelsARunThatComesLater() async {
        let cancellation = RunCancellation()
        cancellation.request("cancelled by SIGTERM")
        let work = work()
        cancellation.cancelsWhenRequested(work)
        #expect(await work.value == .cancelled)
    }
}
