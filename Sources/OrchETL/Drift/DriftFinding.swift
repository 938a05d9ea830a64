/// One way in which a file differs from what is declared, as a sentence for the log.
public struct DriftFinding: Sendable, Equatable {
    /// How much it matters.
    public enum Level: String, Sendable, Equatable {
        /// What files of the month are known to do.
        case info
        /// What a person should look at.
        case warning
    }

    /// How much it matters.
    public let level: Level
    /// The policies that refuse the file for it.
    public let refusedUnder: Set<DriftPolicy>
    /// The sentence, on one line.
    public let message: String

    static func info(_ message: String) -> DriftFinding {
        DriftFinding(level: .info, refusedUnder: [], message: message)
    }

    static func warning(_ message: String, fails: Bool) -> DriftFinding {
        .warning(message, refusedUnder: fails ? [.fail] : [])
    }

    static func warning(_ message: String, refusedUnder policies: Set<DriftPolicy>) -> DriftFinding {
        DriftFinding(level: .warning, refusedUnder: policies, message: message)
    }
}

extension DriftReport {
    /// One line for each finding.
    public var summary: [String] { findings.map(\.message) }

    /// The findings, as sentences; none where the file is as declared.
    public var findings: [DriftFinding] {
        columnFindings + rowFindings + countFindings
    }

    /// The findings for which the policy refuses the file; none where it is `warn`.
    public func reasonsToRefuse(under policy: DriftPolicy) -> [String] {
        findings.filter { $0.refusedUnder.contains(policy) }.map(\.message)
    }

    private var columnFindings: [DriftFinding] {
        var found: [DriftFinding] = []
        if !missing.isEmpty {
            found.append(
                .warning("\(dataset) has no \(Self.list(missing)), which is NULL in every row.", fails: true))
        }
        for column in new {
            let fate = column.loadedAs.map { "loaded as \($0)" } ?? "left out"
            found.append(
                .warning(
                    column.problem.map { "Column \(column.name) cannot be loaded and is left out: \($0)." }
                        ?? "Column \(column.name) is declared for no month; it is \(fate).", fails: true))
        }
        for column in retyped where !column.isAlike {
            found.append(
                .warning(
                    "Column \(column.column) holds \(column.found) values instead of \(column.declared); each is read as "
                        + "text would be, or refused.", fails: true))
        }
        let widths = retyped.filter(\.isAlike).map { "\($0.column) (\($0.found) for \($0.declared))" }
        if !widths.isEmpty {
            found.append(
                .info("Numbers are of another width: \(Self.list(widths)); each is taken where it is exact."))
        }
        found += clockFindings
        if !untimely.isEmpty {
            found.append(.warning("\(dataset) has \(Self.list(untimely)), known from other months.", fails: false))
        }
        if !renamed.isEmpty {
            let names = renamed.map { "\($0.header) for \($0.column)" }
            found.append(.info("Names differ: \(Self.list(names))."))
        }
        if !allNull.isEmpty { found.append(.info("No row has a value in \(Self.list(allNull)).")) }
        return found
    }

    private var clockFindings: [DriftFinding] {
        var found: [DriftFinding] = []
        if !adjustedToUTC.isEmpty {
            found.append(
                .warning(
                    "The file calls its times adjusted to UTC in \(Self.list(adjustedToUTC)). The published files hold "
                        + "New York's wall time, and the digits are taken for that as they stand; if they are UTC, every "
                        + "time is 4 or 5 hours late.", fails: true))
        }
        if !ofUnsaidClock.isEmpty {
            found.append(
                .info(
                    "The file cannot say whether its times are wall time or UTC in \(Self.list(ofUnsaidClock)); the "
                        + "digits are taken for wall time as they stand."))
        }
        return found
    }

    private var rowFindings: [DriftFinding] {
        var found: [DriftFinding] = []
        if let otherMonth {
            found.append(
                .warning(
                    "Fewer than half of the trips are of the month of \(dataset); most, \(otherMonth.rows) of \(rows), "
                        + "are of \(otherMonth.month). Is it that month's file?",
                    refusedUnder: mostRowsMonth == nil ? [.fail] : [.evolve, .fail]))
        }
        for column in outOfRange where column.rows > 0 {
            found.append(
                .warning(
                    "\(column.rows) of \(rows) rows have a \(column.column) more than a day off the month of "
                        + "\(dataset); times run from \(column.earliest) to \(column.latest). They are kept.",
                    fails: false))
        }
        return found
    }

    private var countFindings: [DriftFinding] {
        let counted = [
            (counts.nulledValues, "values that are none of their column's type became NULL"),
            (counts.rejectedRecords, "records could not be read and were left out"),
            (counts.emptyRecords, "records of nothing but separators were passed over"),
            (counts.latin1Texts, "texts that are not UTF-8 were read as Latin-1"),
        ].filter { $0.0 > 0 }.map { DriftFinding.warning("\($0.0) \($0.1).", fails: false) }
        let harmless = [
            (counts.blankLines, "empty lines were passed over"),
            (counts.nanValues, "values are NaN, which says that there is none, and became NULL"),
            (counts.rowsWithSurplusBlanks, "records have more fields than the header, the surplus ones blank"),
        ].filter { $0.0 > 0 }.map { DriftFinding.info("\($0.0) \($0.1).") }
        return counted + harmless
    }

    private static func list(_ names: [String]) -> String {
        names.joined(separator: ", ")
    }
}
