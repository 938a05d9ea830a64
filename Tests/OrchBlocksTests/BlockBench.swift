import OrchModel
import Synchronization

@testable import Orch

/// A flow's context with blocks, and what it reports.
struct BlockBench: Sendable {
    final class Records: Reporter {
        private let records = Mutex<[StreamRecord.Kind]>([])

        func report(_ kind: StreamRecord.Kind) { records.withLock { $0.append(kind) } }
        func finish(_ outcome: RunEnding.Outcome) { report(.outcome(outcome)) }

        var lines: [String] {
            records.withLock { $0 }.compactMap { if case .log(let log) = $0 { log.message } else { nil } }
        }

        var metrics: [String: Double] {
            records.withLock { $0 }.reduce(into: [:]) { metrics, kind in
                if case .metric(let metric) = kind { metrics[metric.name] = metric.value }
            }
        }
    }

    let records = Records()
    let context: FlowContext

    /// - Parameter blocks: documents by the names of their variables.
    init(_ blocks: [String: JSONValue]) {
        let services = RunServices(
            reporter: records, logLevel: .debug, clock: ContinuousClock(), now: { .now() }, scratchRoot: "/nowhere")
        let id = Identifier.new()
        context = FlowContext(
            runID: id, flowName: "flow", attempt: 1, parameters: [:], dataInterval: nil,
            blocks: FlowBlocks(variables: blocks.mapValues(\.jsonText)), services: services,
            directory: Scratch(root: "/nowhere", run: id), childRun: nil)
    }
}
