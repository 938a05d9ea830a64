import ArgumentParser
import CurlTransport
import FoundationEssentials
import OrchClient

/// `PROGRAM probe`: tells whether the API answers where this container is told to find it; one line, exit 0 or 1.
struct ProbeCommand<Program: FlowProgram>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "probe", abstract: "Tells whether ORCH_API_URL answers from here.", shouldDisplay: false)
    }

    func run() async throws {
        guard let url = ProcessInfo.processInfo.environment["ORCH_API_URL"], !url.isEmpty else {
            print("ORCH_API_URL is not set")
            throw ExitCode(1)
        }
        let client = OrchClient(url: url, token: "", http: HTTPClient())
        do {
            try await client.health()
            print("a container reaches the API")
        } catch {
            print(Self.advice(for: error, url: url))
            throw ExitCode(1)
        }
    }

    /// What happened, and what mends it most of the time.
    static func advice(for error: OrchClientError, url: String) -> String {
        guard case .unreachable(_, let cause) = error else { return "\(error)" }
        return """
            \(cause). A container cannot reach the controller there: start the controller with --host 0.0.0.0 and \
            --container-api-url http://ADDRESS:PORT, an address that this container's network knows
            """
    }
}
