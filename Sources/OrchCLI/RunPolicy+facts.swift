import OrchModel

extension RunPolicy {
    /// What it says other than the defaults, for people.
    var facts: [(String, String?)] {
        [
            ("Retries", retries > 0 ? retriesText : nil),
            ("Timeout", timeoutSeconds.map { "\(Self.seconds($0)) for an attempt" }),
            ("Grace", stopGraceSeconds.map { "\(Self.seconds(Double($0))) between SIGTERM and SIGKILL" }),
            ("Late after", lateAfterSeconds.map(Self.seconds)),
            ("Deadline", deadlineSeconds.map { "\(Self.seconds($0)) after a run is due" }),
            ("Expected", expectedSeconds.map { "\(Self.seconds($0)) for an attempt" }),
        ]
    }

    /// `3, after 1 m 0 s, times 2 each, 1 h 0 m at most, on crashed, failed`.
    private var retriesText: String {
        var parts = ["\(retries)"]
        if retryDelaySeconds > 0 {
            parts.append("after \(Self.seconds(retryDelaySeconds))")
            if retryBackoff != 1 {
                parts.append("times \(Int(exactly: retryBackoff).map(String.init) ?? "\(retryBackoff)") each")
                parts.append("\(Self.seconds(retryMaxDelaySeconds)) at most")
            }
            if retryJitter { parts.append("a random share of it") }
        }
        parts.append("on \(retryOn.map(\.description).sorted().joined(separator: ", "))")
        return parts.joined(separator: ", ")
    }

    private static func seconds(_ seconds: Double) -> String { Duration.seconds(seconds).brief }
}
