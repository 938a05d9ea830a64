import Foundation
import Testing

/// Asks croniter and dateutil from PyPI when schedules fire.
package enum ScheduleJudge {
    private static let python = ProcessInfo.processInfo.environment["ORCH_TEST_PYTHON"] ?? "python3"

    /// Whether they are installed. In CI they must be.
    package static let isAvailable: Bool = {
        if ProcessInfo.processInfo.environment["CI"] != nil { return true }
        return (try? ChildProgram.run([python, "-c", "import croniter, dateutil, zoneinfo"]))?.code == 0
    }()

    /// Random schedules and their times, a JSON object each; see `Judges/schedules.py`.
    ///
    /// - Parameters:
    ///   - seed: gives the same schedules again.
    ///   - crons: how many cron expressions, at three moments of fifty years each.
    ///   - rules: how many recurrence rules.
    ///   - changes: how many changes of clocks of each zone.
    package static func cases(seed: UInt32, crons: Int, rules: Int, changes: Int) throws -> [String] {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Judges/schedules.py").path
        let ending = try ChildProgram.run([python, script, "\(seed)", "\(crons)", "\(rules)", "\(changes)"])
        try #require(ending.code == 0, "the judge failed: \(ending.errors)")
        return String(decoding: ending.output, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}
