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
    ///   - answer: what the engine said to orch's own order to stop it. Defaults to nothing.
    ///   - onlyLine: what it printed on standard error, where that was a single line and nothing else was printed.
    ///   - saysCancelled: whether the flow program said that its run was cancelled: it then exits with 130, by itself. Defaults to
    ///     false.
    package static func termination(
        of snapshot: ContainerSnapshot, killedBy: String?, hints: EndingHints = EndingHints(),
        answer: StopAnswer = .none, onlyLine: String? = nil, saysCancelled: Bool = false
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
        if let reason = snapshot.lost { return lostEnd(reason, killedBy: killedBy) }
        if snapshot.exitCode == lostExitCode, hints.sawEnd == false { return lostEnd(fallen, killedBy: killedBy) }
        let signal = saysCancelled && snapshot.exitCode == cancelledExitCode ? nil : signal(of: snapshot.exitCode)
        let oomKilled = snapshot.oomKilled || hints.sawOutOfMemory
        let wasStopped = wasStopped(hints, answer, signal: signal, isWished: killedBy != nil)
        let sawSignal = signal.map(hints.signals.contains) ?? hints.sawStop
        let outsider = sawSignal && !oomKilled ? Termination.outsider : nil
        // Whoever came too late has not ended it.
        let killedBy = wasStopped == false ? nil : killedBy ?? outsider
        let mayBe = snapshot.memoryLimit != nil || hints.mayBeOutOfMemory
        let oom = outOfMemory(oomKilled, mayBe: mayBe, signal: signal, killedBy: killedBy)
        var termination = Termination(
            exitCode: snapshot.exitCode, signal: signal, oom: oom,
            reason: snapshot.error.isEmpty ? nil : snapshot.error, actor: killedBy)
        termination.wasStopped = wasStopped
        let limit = snapshot.memoryLimit.map { "its limit of \(ByteSize.text($0))" } ?? "the host's memory"
        if oom == .yes { termination.reason = "the kernel killed it, as \(limit) was used up" }
        if oom == .likely, snapshot.memoryLimit == nil {
            termination.reason = "the kernel killed some process of the host for memory while it ran"
        }
        if oomKilled, oom != .yes {
            termination.warning =
                "the kernel killed a process of the container, as \(limit) was used up; "
                + "its main process went on"
        }
        termination.warning = termination.warning ?? snapshot.warning
        return termination
    }

    /// Whether the container was stopped while it lived; nil where nobody knows. Where orch's order came too late,
    /// it is no reason of the end, whatever the engine has forgotten.
    ///
    /// Where its end was wished, a signal that asks for one was sent for that. Where it was not, a command that lived through a
    /// signal and exited by itself was not stopped, unless the engine stopped it.
    private static func wasStopped(
        _ hints: EndingHints, _ answer: StopAnswer, signal: Int?, isWished: Bool
    ) -> Bool? {
        if answer == .reached || hints.sawStop || isWished && hints.sawEndingSignal { return true }
        if let signal, hints.signals.contains(signal) { return true }
        return answer == .late || hints.isWhole ? false : nil
    }

    /// What a flow program exits with whose run was cancelled.
    static let cancelledExitCode = 130

    /// What Docker shows of a process that ended while its daemon or its host fell; a process may exit with it as well.
    static let lostExitCode = 255

    private static let fallen = "its exit code is not known: the engine, or its host, fell while it ended"

    private static func lostEnd(_ reason: String, killedBy: String?) -> Termination {
        var termination = Termination(exitCode: nil, reason: reason, actor: killedBy, warning: reason)
        termination.lostExitCode = true
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
    ///   - noun: what it is. Defaults to `container`.
    ///   - exitCode: what was seen of its end before it went; nil where nothing was.
    ///   - killedBy: who asked orch to end it; nil where nobody did.
    package static func vanished(
        _ name: String, noun: String = "container", exitCode: Int?, killedBy: String?,
        strays: EndedStrays = EndedStrays()
    ) -> Termination {
        let when = exitCode == nil ? "before its end was seen" : "once it had ended"
        // The state may be Completed all the same, and would hide it.
        let warning =
            "the \(noun) \(name) was removed before its log was read to the end: the last lines may be missing"
        var reason = "the \(noun) \(name) vanished: somebody removed it \(when)"
        if strays.count > 0 {
            let what = strays.count == 1 ? "1 process of it" : "\(strays.count) processes of it"
            reason =
                "the \(noun) \(name) vanished: its folder is not in this agent's data directory (--agent-data), while "
                + "\(what) still ran on this host and \(strays.count == 1 ? "was" : "were") ended"
            if strays.left > 0 { reason += "; \(strays.left) did not end though killed" }
        }
        return Termination(
            exitCode: exitCode, signal: exitCode.flatMap(signal(of:)), reason: reason,
            actor: killedBy ?? Termination.outsider,
            warning: exitCode == nil ? nil : warning)
    }

    private static func outOfMemory(
        _ oomKilled: Bool, mayBe: Bool, signal: Int?, killedBy: String?
    ) -> Termination.OutOfMemory {
        guard signal == 9, killedBy == nil else { return .no }
        if oomKilled { return .yes }
        return mayBe ? .likely : .no
    }

    /// The signal that an exit code above 128 stands for.
    static func signal(of exitCode: Int) -> Int? {
        (129...192).contains(exitCode) ? exitCode - 128 : nil
    }

    /// Why the engine's init could not start the program, in words like the engine's own; nil where it could.
    ///
    /// The init is PID 1 and starts well itself, so that neither the start nor the time of it tells: it exits with 126
    /// or 127, or with 1 for a program of another platform, after a single line such as `[FATAL tini (7)] exec nope failed: No such file or directory`.
    ///
    /// Source: <https://github.com/krallin/tini>
    private static func initRefusal(exitCode: Int, onlyLine: String?) -> String? {
        let (start, middle, formatError) = ("[FATAL tini (", " failed: ", "failed: Exec format error")
        guard let line = onlyLine, line.hasPrefix(start),
            exitCode == 126 || exitCode == 127 || (exitCode == 1 && line.hasSuffix(formatError)),
            let exec = line.firstRange(of: ")] exec "), let end = line[exec.upperBound...].firstRange(of: middle)
        else { return nil }
        return hinted("exec: \"\(line[exec.upperBound..<end.lowerBound])\": \(line[end.upperBound...])")
    }

    /// A reason with what it may come from: an engine takes an image of another platform without a word, unless it is one
    /// of several in a list.
    private static func hinted(_ reason: String) -> String {
        guard reason.lowercased().contains("exec format error") else { return reason }
        return reason + "; is the image for another platform than this host's?"
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
        return hinted(String(text))
    }
}
