package import OrchModel

/// Reads how a container ended from what the engine shows of it. The code alone never decides: 137 is not out of
/// memory.
package enum TerminationReader {
    /// How a container that does not run any more, or never ran, ended.
    ///
    /// - Parameters:
    ///   - snapshot: the container after its end.
    ///   - killedBy: who asked orch to end it, such as `user admin`; nil where nobody did.
    ///   - hints: what the engine remembers of its end. Defaults to nothing.
    ///   - onlyLine: what it printed on standard error, where that was a single line and nothing else was printed.
    package static func termination(
        of snapshot: ContainerSnapshot, killedBy: String?, hints: EndingHints = EndingHints(), onlyLine: String? = nil
    ) -> Termination {
        guard snapshot.startedAt != nil else {
            let words = snapshot.error.isEmpty ? nil : launchReason(snapshot.error)
            return Termination(
                exitCode: snapshot.exitCode == 0 ? nil : snapshot.exitCode, launchFailed: true,
                reason: words ?? "it was created, but never started", actor: killedBy)
        }
        if let reason = initRefusal(exitCode: snapshot.exitCode, onlyLine: onlyLine) {
            return Termination(
                exitCode: snapshot.exitCode, launchFailed: true, reason: reason, actor: killedBy)
        }
        let signal = signal(of: snapshot.exitCode)
        let oomKilled = snapshot.oomKilled || hints.sawOutOfMemory
        let outsider = signal.map(hints.signals.contains) == true && !oomKilled ? Termination.outsider : nil
        let killedBy = killedBy ?? outsider
        let oom = outOfMemory(oomKilled, limit: snapshot.memoryLimit, signal: signal, killedBy: killedBy)
        var termination = Termination(
            exitCode: snapshot.exitCode, signal: signal, oom: oom,
            reason: snapshot.error.isEmpty ? nil : snapshot.error, actor: killedBy)
        let limit = snapshot.memoryLimit.map { "its limit of \(ByteSize.text($0))" } ?? "the host's memory"
        if oom == .yes { termination.reason = "the kernel killed it, as \(limit) was used up" }
        if oomKilled, oom != .yes {
            termination.warning =
                "the kernel killed a process of the container, as \(limit) was used up; "
                + "its main process went on"
        }
        return termination
    }

    /// The end of a container that the engine could not start, from the words of the refusal.
    package static func failedStart(_ message: String, exitCode: Int? = nil) -> Termination {
        Termination(exitCode: exitCode, launchFailed: true, reason: launchReason(message))
    }

    /// The end of a container that is gone.
    ///
    /// - Parameters:
    ///   - name: the container's name.
    ///   - exitCode: what was seen of its end before it went; nil where nothing was.
    ///   - killedBy: who asked orch to end it; nil where nobody did.
    package static func vanished(_ name: String, exitCode: Int?, killedBy: String?) -> Termination {
        let when = exitCode == nil ? "before its end was seen" : "once it had ended"
        // The state may be Completed all the same, and would hide it.
        let warning =
            "the container \(name) was removed before its log was read to the end: the last lines may be missing"
        return Termination(
            exitCode: exitCode, signal: exitCode.flatMap(signal(of:)),
            reason: "the container \(name) vanished: somebody removed it \(when)",
            actor: killedBy ?? Termination.outsider,
            warning: exitCode == nil ? nil : warning)
    }

    private static func outOfMemory(
        _ oomKilled: Bool, limit: Int64?, signal: Int?, killedBy: String?
    ) -> Termination.OutOfMemory {
        guard signal == 9, killedBy == nil else { return .no }
        if oomKilled { return .yes }
        return limit == nil ? .no : .likely
    }

    /// The signal that an exit code above 128 stands for.
    static func signal(of exitCode: Int) -> Int? {
        (129...192).contains(exitCode) ? exitCode - 128 : nil
    }

    /// Why the engine's init could not start the program, in words like the engine's own; nil where it could.
    ///
    /// The init is PID 1 and starts well itself, so that neither the start nor the time of it tells: it exits with 126
    /// or 127 after a single line such as `[FATAL tini (7)] exec nope failed: No such file or directory`.
    ///
    /// Source: <https://github.com/krallin/tini>
    private static func initRefusal(exitCode: Int, onlyLine: String?) -> String? {
        let (start, middle) = ("[FATAL tini (", " failed: ")
        guard exitCode == 126 || exitCode == 127, let line = onlyLine, line.hasPrefix(start),
            let exec = line.firstRange(of: ")] exec "), let end = line[exec.upperBound...].firstRange(of: middle)
        else { return nil }
        return "exec: \"\(line[exec.upperBound..<end.lowerBound])\": \(line[end.upperBound...])"
    }

    /// The part of the engine's words that tells what was wrong, without the names of the layers that passed it on.
    static func launchReason(_ message: String) -> String {
        var text = Substring(message)
        for start in ["exec: ", "error mounting ", "invalid mount config"] {
            guard let range = text.firstRange(of: start) else { continue }
            text = text[range.lowerBound...]
            break
        }
        while text.hasSuffix(": unknown") { text.removeLast(": unknown".count) }
        return String(text)
    }
}
