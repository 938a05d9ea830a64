import Glibc
import Synchronization

/// Lets the last words of a crashing program leave before it dies.
///
/// A trap prints its reason to descriptor 2, which the run stream has redirected into a pipe of the same process. The
/// thread that crashed waits in its signal handler, at most 2 s, until the reading thread has passed everything on.
enum CrashDrain {
    private static let wakeDescriptor = Atomic<Int32>(-1)
    private static let requested = Atomic<Bool>(false)
    private static let completed = Atomic<Bool>(false)

    /// Whether a crashing thread waits.
    static var isRequested: Bool { requested.load(ordering: .acquiring) }

    /// Lets the crashing thread go on to die.
    static func complete() {
        completed.store(true, ordering: .releasing)
    }

    /// Handles the signals of a crash; `descriptor` wakes the reading thread when a byte is written to it.
    static func install(waking descriptor: Int32) {
        completed.store(false, ordering: .releasing)
        requested.store(false, ordering: .releasing)
        wakeDescriptor.store(descriptor, ordering: .releasing)
        for signal in [SIGILL, SIGTRAP, SIGABRT, SIGSEGV, SIGBUS, SIGFPE] {
            var action = sigaction()
            action.__sigaction_handler.sa_handler = handler
            // The handler's own raise then ends the process, by the same signal.
            action.sa_flags = Int32(bitPattern: UInt32(SA_RESETHAND)) | Int32(SA_NODEFER)
            sigaction(signal, &action, nil)
        }
    }

    /// From now on a crash waits for nothing.
    static func disable() {
        wakeDescriptor.store(-1, ordering: .releasing)
    }

    /// Runs inside a signal: nothing but atomics and async-signal-safe calls.
    /// See <https://man7.org/linux/man-pages/man7/signal-safety.7.html>
    private static let handler: @convention(c) (Int32) -> Void = { signal in
        let descriptor = wakeDescriptor.load(ordering: .acquiring)
        if descriptor >= 0 {
            requested.store(true, ordering: .releasing)
            var byte: UInt8 = 0
            write(descriptor, &byte, 1)
            var pause = timespec(tv_sec: 0, tv_nsec: 1_000_000)
            for _ in 0..<2000 where !completed.load(ordering: .acquiring) { nanosleep(&pause, nil) }
        }
        raise(signal)
    }
}
