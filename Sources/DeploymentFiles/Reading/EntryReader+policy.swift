import OrchModel

extension EntryReader {
    mutating func readPolicy(into entry: inout DeploymentEntry) {
        var policy = RunPolicy()
        var isGiven = false
        func set<Value>(_ value: Value?, _ path: WritableKeyPath<RunPolicy, Value>) {
            guard let value else { return }
            policy[keyPath: path] = value
            isGiven = true
        }
        set(whole("retries"), \.retries)
        set(seconds("retry_delay_seconds"), \.retryDelaySeconds)
        set(values["retry_backoff"]?.doubleValue, \.retryBackoff)
        set(seconds("retry_max_delay_seconds"), \.retryMaxDelaySeconds)
        set(flag("retry_jitter"), \.retryJitter)
        set(seconds("timeout_seconds").map(Optional.some), \.timeoutSeconds)
        set(whole("stop_grace_seconds").map(Optional.some), \.stopGraceSeconds)
        if let words = texts("retry_on") {
            let causes = words.compactMap(RetryCause.init)
            for word in words where RetryCause(word) == nil {
                refuse(
                    "retry_on",
                    "expected failed, crashed, timed-out, out-of-memory or an exit code of 1 to 255, got "
                        + Shown.quoted(word))
            }
            if causes.count == words.count { set(Set(causes), \.retryOn) }
        }
        let sla = values["sla"]
        for (key, path) in [
            ("late_after", \RunPolicy.lateAfterSeconds), ("deadline", \.deadlineSeconds),
            ("expected_duration", \.expectedSeconds),
        ] {
            set((seconds(key) ?? sla?[key]?.doubleValue).map(Optional.some), path)
        }
        if isGiven { entry.policy = policy }
        let names = [
            "retryDelaySeconds": "retry_delay_seconds", "retryMaxDelaySeconds": "retry_max_delay_seconds",
            "timeoutSeconds": "timeout_seconds", "retryOn": "retry_on",
            "lateAfterSeconds": "late_after", "deadlineSeconds": "deadline", "expectedSeconds": "expected_duration",
        ]
        for problem in policy.problems {
            let member = String(problem.prefix { $0 != ":" })
            let key = names[member] ?? member
            refuse(key, String(problem.dropFirst(member.count + 2)))
        }
    }
}
