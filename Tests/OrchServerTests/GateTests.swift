import FoundationEssentials
import Hummingbird
import HummingbirdTesting
import OrchModel
import Testing

@testable import OrchServer

struct GateTests {
    /// A path of the route, its parameters filled in.
    private func path(of endpoint: Endpoint, id: String = "01980c4e-7f3a-7cc2-9b1e-0d6a4f2b9c11") -> String {
        "/"
            + endpoint.path.split(separator: "/").map { part in
                switch part {
                case ":id", ":run": id
                case ":attempt": "1"
                case ":type": "postgres"
                case let part where part.hasPrefix(":"): "x"
                default: String(part)
                }
            }.joined(separator: "/")
    }

    @Test func everyRouteButHealthAndReadyRefusesWhoHasNoToken() async throws {
        try await ServerFixture.with { server in
            let endpoints = server.controller.endpoints
            #expect(endpoints.count >= 25)
            for endpoint in endpoints {
                let path = path(of: endpoint)
                for token in [nil, "", "orch_admin_0", "\(server.admin)x", String(server.admin.dropLast())] {
                    let response = try await server.send(endpoint.method, path, token: token, body: Data("{}".utf8))
                    if endpoint.method == .get, ["/api/health", "/api/ready"].contains(path) {
                        #expect(response.status == .ok)
                    } else {
                        #expect(response.status == .unauthorized, "\(endpoint.method) \(path)")
                        #expect(response.headers[.wwwAuthenticate] == "Bearer")
                        let fault = try JSONDecoder().decode(APIFault.self, from: Data(response.body.readableBytesView))
                        #expect(fault.code == "unauthorized")
                    }
                }
            }
        }
    }

    @Test func anAgentsTokenOpensItsOwnRoutesOnly() async throws {
        try await ServerFixture.with { server in
            for endpoint in server.controller.endpoints {
                let status = try await server.send(
                    endpoint.method, path(of: endpoint), token: server.agent, body: Data("[]".utf8)
                ).status
                switch endpoint.access {
                case .adminOnly, .ownRun, .runs: #expect(status == .forbidden, "\(endpoint.path)")
                case .open, .anyToken, .agents:
                    #expect(status != .forbidden && status != .unauthorized, "\(endpoint.path)")
                }
            }
        }
    }

    @Test func aRunsKeyReadsItsOwnRunUntilItEnds() async throws {
        try await ServerFixture.with { server in
            let claimed = try await server.claimedRun()
            let other = try await server.createRun()
            let key = try #require(claimed.secrets["ORCH_API_KEY"])
            #expect(key.hasPrefix("orch_run_"))
            let own: FlowRun = try await server.call(.get, "flow-runs/\(claimed.runID)", token: key)
            #expect(own.id == claimed.runID)
            try await server.succeed(.get, "version", token: key)
            for endpoint in server.controller.endpoints
            where ![.open, .anyToken, .runs].contains(endpoint.access) {
                let path = path(of: endpoint, id: "\(other.id)")
                let status = try await server.send(endpoint.method, path, token: key, body: Data("{}".utf8)).status
                #expect(status == .forbidden, "\(endpoint.path)")
            }
            let forged = key.replacing(
                "\(claimed.runID)".filter { $0 != "-" }, with: "\(other.id)".filter { $0 != "-" })
            #expect(try await server.refusal(.get, "flow-runs/\(other.id)", token: forged).status == 401)
            try await server.report(claimed) { $0.state = ServerFixture.state(.completed) }
            #expect(try await server.refusal(.get, "flow-runs/\(claimed.runID)", token: key).status == 401)
        }
    }

    @Test(arguments: ["nothing", "", "flow-runs/x/y/z", "health/../version"])
    func anUnknownRouteIsAFaultAndOnlyForThoseWithAToken(path: String) async throws {
        try await ServerFixture.with { server in
            let (status, fault) = try await server.refusal(.get, path)
            #expect(status == 404)
            #expect(fault.code == "not_found")
            #expect(try await server.refusal(.get, path, token: "wrong").status == 401)
        }
    }

    @Test func anotherMethodIsToldWhichOnesThereAre() async throws {
        try await ServerFixture.with { server in
            let response = try await server.send(.delete, "flow-runs", token: server.admin)
            #expect(response.status == .methodNotAllowed)
            #expect(response.headers[.allow] == "POST, GET")
            #expect(try await server.send(.post, "health", token: nil).status == .unauthorized)
        }
    }

    @Test func aBodyThatIsTooLargeIsRefused() async throws {
        try await ServerFixture.with { server in
            let body = Data(repeating: UInt8(ascii: " "), count: 1 << 20 + 1)
            let response = try await server.send(.post, "flow-runs", token: server.admin, body: body)
            #expect(response.status == .contentTooLarge)
            #expect(
                try JSONDecoder().decode(APIFault.self, from: Data(response.body.readableBytesView)).code == "invalid")
        }
    }

    @Test(arguments: [
        (
            body: "{",
            message: "the body cannot be read: not JSON at line 1, byte 2: expected a member's name, but the text ends"
        ),
        (
            body: "{\n  \"deployment\": \"d\",\n  tags: []\n}",
            message: "the body cannot be read: not JSON at line 3, byte 3: expected a member's name"
        ),
        (body: "", message: "the body is empty: expected JSON"),
        (
            body: #"{"parameters":{},"tags":[]}"#,
            message: #"the body cannot be read: at its top: expected a member "deployment", which is missing"#
        ),
        (
            body: #"{"deployment":7,"parameters":{},"tags":[]}"#,
            message: "the body cannot be read: at .deployment: expected a string"
        ),
    ])
    func aBodyOfAnotherShapeIsToldWhatWasExpected(body: String, message: String) async throws {
        try await ServerFixture.with { server in
            let response = try await server.send(.post, "flow-runs", token: server.admin, body: Data(body.utf8))
            #expect(response.status == .badRequest)
            let fault = try JSONDecoder().decode(APIFault.self, from: Data(response.body.readableBytesView))
            #expect(fault.message == message)
        }
    }
}
