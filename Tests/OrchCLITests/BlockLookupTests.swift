import OrchModel
import Testing

@testable import OrchCLI

struct BlockLookupTests {
    private static let lookup = BlockLookup(
        [("docker-container", "zoom"), ("gcs-bucket", "zoom-gcs")].map {
            BlockDocument(type: $0.0, name: $0.1, values: [:], updatedAt: Timestamp(microseconds: 0))
        })

    private func request(block: String? = nil, lake: JSONValue = "zoom-gcs") -> DeploymentRequest {
        DeploymentRequest(
            name: "x", flowName: "f", image: "i", command: [], kind: .sdk, infrastructure: Infrastructure(block: block),
            parameters: ["lake": lake], parameterSchema: ParameterSchema(),
            blocks: [
                BlockReference(type: "gcs-bucket", parameter: "lake"), BlockReference(type: "gcs-bucket", name: "y"),
            ])
    }

    @Test(
        "An infrastructure's block has to be there",
        arguments: [
            (nil, nil), ("zoom", nil), ("zom", "there is no block docker-container/zom: did you mean zoom?"),
            (
                "nosuch",
                "there is no block docker-container/nosuch: create it with `orch block create docker-container nosuch`"
            ),
        ] as [(String?, String?)])
    func infrastructure(block: String?, message: String?) {
        let problems = Self.lookup.problems(request(block: block))
        #expect(problems.map(\.message) == (message.map { [$0] } ?? []))
        #expect(problems.allSatisfy { $0.path == "infrastructure.block" })
    }

    @Test(
        "A parameter that names no block is warned of; an address, a template and nothing are none",
        arguments: [("zoom-gcs", 0), ("gs://bucket", 0), ("{{ lake }}", 0), ("", 0), ("zoom-gc", 1)])
    func parameters(lake: String, count: Int) {
        let warnings = Self.lookup.warnings(request(lake: .string(lake)))
        #expect(warnings.count == count)
        if let warning = warnings.first {
            #expect(warning.path == "parameters.lake")
            #expect(
                warning.message == "parameter \"lake\": there is no block gcs-bucket/zoom-gc: did you mean zoom-gcs?")
        }
    }
}
