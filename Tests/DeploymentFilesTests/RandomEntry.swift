@testable import DeploymentFiles
import OrchModel
import TestSupport

/// Makes deployments of every kind, the same ones for the same seed.
struct RandomEntry {
    var random: SeededGenerator

    private static let texts = [
        "x", "no", "7", "007", "1:30", "null", "~", "a b", " a", "a ", "true", "#x", "a # b", "a: b", "- a", "[a",
        "{{ ds }}",
        "${HOME}", "$$", "$", "$5", "$${", "\"", "'", "\\", "\u{1F695} taxi", "é", "\u{2028}", "%x", "@daily", "!x",
        "*x", "&x",
        "2020-07-01", "0 7 2 * *", "<<", "=", "|", ">", "?", "x:latest", "a\u{7F}b", "\u{FEFF}", "\u{85}",
    ]
    private static let proseTexts = texts + ["", "a\nb", "a\n\n  b\n", "\n", "\t", "a\r\nb", "\u{0}"]

    private mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: 0..<elements.count, using: &random)]
    }

    private mutating func maybe<Element>(_ make: (inout RandomEntry) -> Element) -> Element? {
        Bool.random(using: &random) ? make(&self) : nil
    }

    private mutating func line() -> String {
        let text = pick(Self.texts.filter(PlainText.isPlain))
        return text + (Bool.random(using: &random) ? pick(Self.texts.filter(PlainText.isPlain)) : "")
    }

    private mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }

    private mutating func list<Element>(_ make: (inout RandomEntry) -> Element) -> [Element] {
        (0..<number(0...3)).map { _ in make(&self) }
    }

    private mutating func object(_ depth: Int) -> [String: JSONValue] {
        var members: [String: JSONValue] = [:]
        for _ in 0..<number(0...3) { members[pick(Self.proseTexts)] = value(depth) }
        return members
    }

    private mutating func value(_ depth: Int) -> JSONValue {
        switch number(0...(depth > 0 ? 7 : 5)) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &random))
        case 2: return .int(pick([0, -1, 7, .max, .min]))
        case 3: return .double(pick([0.5, -1e-7, 1e300, 2.5e-10, 1e20]))
        case 4, 5: return .string(pick(Self.proseTexts))
        case 6: return .array(list { $0.value(depth - 1) })
        default: return .object(object(depth - 1))
        }
    }

    private mutating func schedules() -> [ScheduleSpec] {
        (0..<number(0...3)).map { index in
            let rule: ScheduleRule =
                switch number(0...2) {
                case 0: .cron(pick(["0 7 2 * *", "@daily", "*/5 1-3 * * 1"]), dayOr: Bool.random(using: &random))
                case 1:
                    .interval(seconds: number(1...100_000), anchor: pick([nil, .local(LocalTime(seconds: 1_000_000))]))
                default: .rrule(pick(["FREQ=DAILY", "DTSTART:20200101T070000\nRRULE:FREQ=WEEKLY;BYDAY=MO"]))
                }
            let overlap = pick(OverlapPolicy.allCases)
            var spec = ScheduleSpec(
                slug: "s\(index)", rule: rule, timezone: pick(["UTC", "Europe/Berlin"]),
                isActive: maybe { Bool.random(using: &$0.random) },
                parameters: object(2), starts: maybe { _ in .local(LocalTime(seconds: 86_400)) },
                jitterSeconds: maybe { $0.number(0...99) }, missed: pick(MissedPolicy.allCases),
                catchupWindowSeconds: maybe { $0.number(1...99) }, overlap: overlap,
                maxQueued: overlap == .bufferAll ? maybe { $0.number(1...9) } : nil,
                pauseAfterFailures: maybe { $0.number(1...9) })
            spec.catchup = spec.starts != nil && Bool.random(using: &random)
            return spec
        }
    }

    mutating func entry() -> DeploymentEntry {
        var entry = DeploymentEntry(name: line().filter { $0 != "/" } + "x")
        entry.description = maybe { $0.pick(Self.proseTexts) }
        entry.versionName = maybe { $0.line() }
        entry.tags = maybe { $0.list { $0.line() } }
        entry.flowName = maybe { "f" + $0.line().filter { $0 != "/" } }
        entry.image = maybe { $0.line() }
        entry.command = maybe { $0.list { $0.line() } }
        entry.parameters = maybe { $0.object(3) }
        entry.parameterSchema = maybe { .object($0.object(3)) }
        entry.enforcesParameterSchema = maybe { Bool.random(using: &$0.random) }
        entry.runName = maybe { $0.line() }
        entry.workQueue = maybe { "q" + $0.line().filter { $0 != "/" } }
        entry.priority = maybe { $0.number(0...1000) }
        entry.requires = maybe { $0.object(1) }
        entry.concurrencyLimit = maybe { $0.number(1...9) }
        if entry.concurrencyLimit != nil { entry.collisionStrategy = maybe { $0.pick(CollisionStrategy.allCases) } }
        entry.schedules = maybe { $0.schedules() }
        entry.isPaused = maybe { Bool.random(using: &$0.random) }
        entry.dependsOnPast = maybe { Bool.random(using: &$0.random) }
        entry.infrastructureType = maybe { $0.pick(["docker", "process"]) }
        entry.infrastructureBlock = maybe { $0.line() }
        entry.overrides = pick([
            [:], ["memory": "2g"], ["env": ["A": "1", "B": nil], "env.C": .string(line()), "cpus": 1.5],
        ])
        if Bool.random(using: &random) {
            entry.policy = RunPolicy(
                retries: number(0...9), retryDelaySeconds: pick([0, 1.5, 60]), retryBackoff: pick([1, 2.5]),
                retryJitter: Bool.random(using: &random), retryOn: pick([[.failed], [.crashed, .exitCode(3)]]),
                timeoutSeconds: maybe { Double($0.number(1...99)) }, stopGraceSeconds: maybe { $0.number(0...9) })
            entry.policy?.lateAfterSeconds = maybe { Double($0.number(1...99)) }
            entry.policy?.deadlineSeconds = maybe { _ in 0.5 }
        }
        entry.source = maybe {
            SourceSpec(
                url: "https://example.org/\($0.number(0...9)).git", ref: $0.maybe { $0.line() },
                path: $0.maybe { $0.line() })
        }
        return entry
    }
}
