public import ArgumentParser
public import OrchETL

/// How a file of trips is read.
struct ReadingOptions: ParsableArguments {
    @Option(
        help: "What becomes of records that cannot be read: fail, reject or null.",
        completion: .list(BadRecordPolicy.allCases.map(\.rawValue)))
    var badRecords = BadRecordPolicy.fail

    @Option(help: "Where records that were left out go, as CSV with their places and reasons.", completion: .file())
    var rejects: String?

    @Option(
        help: "What becomes of a file that differs from what is declared for its month: evolve, warn or fail.",
        completion: .list(DriftPolicy.allCases.map(\.rawValue)))
    var drift = DriftPolicy.evolve

    func validate() throws {
        if rejects == "" { throw ValidationError("--rejects: expected a file's name, got an empty one") }
    }

    /// As the readers take them.
    var options: TripOptions {
        var options = TripOptions()
        options.badRecords = badRecords
        options.rejects = rejects
        options.drift = drift
        options.progress = ProgressLine.onTerminal()
        return options
    }

    /// Says how a file differs from what is declared.
    static func tell(of drift: DriftReport) {
        for finding in drift.findings { StandardError.say("\(finding.level.rawValue): \(finding.message)") }
    }
}

extension BadRecordPolicy: ExpressibleByArgument {}
extension DriftPolicy: ExpressibleByArgument {}
extension WriteMode: ExpressibleByArgument {}
