import Orch

enum Color: String, ParameterValue, CaseIterable {
    case yellow, green
}

struct Everything: Flow {
    static let name = "everything"
    static let summary = "Has a parameter of every kind."
    static let blocks = [BlockReference(type: "postgres", name: "fixed")]

    @Parameter(help: "Month.", range: 1...12) var month = 7
    @Parameter(range: 2009...) var year = 2020
    @Parameter var color = Color.green
    @Parameter(oneOf: ["a", "b"]) var letter = "a"
    @Parameter(each: 1...12) var months = [1, 2]
    @Parameter var rate = 1.5
    @Parameter var isDry = false
    @Parameter var note: String? = nil
    @Parameter(pattern: "^[a-z]+$") var word = "abc"
    @Parameter(block: .gcsBucket) var lake = "zoom-gcs"
    @Parameter(isSecret: true) var token = "hunter2"
    @Parameter(help: "Since when.") var since: Timestamp
    let notAParameter = 1

    func run(_ context: FlowContext) async throws -> [String: Int] {
        ["month": month, "months": months.count]
    }
}

/// Does what its parameter says.
struct Doing: Flow {
    static let name = "doing"

    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    @Parameter var what = "nothing"
    @Parameter(range: 0...5) var failures = 0

    func run(_ context: FlowContext) async throws {
        switch what {
        case "throw": throw Failure(description: "no postgresql://me:hunter2@db/x")
        case "print": print("printed")
        case "cancel": withUnsafeCurrentTask { $0?.cancel() }
        default: break
        }
        try Task.checkCancellation()
    }
}

struct Parent: Flow {
    static let name = "parent"

    @Parameter(each: 0...5) var failures = [0, 0]

    func run(_ context: FlowContext) async throws -> Int {
        for failures in failures {
            try await context.child(Doing.self) {
                $0.what = failures == 0 ? "nothing" : "throw"
                $0.failures = failures
            }
        }
        return failures.count
    }
}

struct ExampleProgram: FlowProgram {
    static let flows: [any Flow.Type] = [Everything.self, Doing.self, Parent.self]
    static let deployments = [DeploymentDefault(name: "daily", flow: "everything", parameters: ["month": 1])]
    static let name = "example"
}
