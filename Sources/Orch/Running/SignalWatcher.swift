import Glibc
import Synchronization
import Threads

/// Turns the first SIGTERM or SIGINT into a call; the second one ends the process as if nobody watched.
enum SignalWatcher {
    private static let wakeDescriptor = Atomic<Int32>(-1)

    /// Watches from now on.
    ///
    /// - Parameter onSignal: takes the signal's name, on a thread of its own.
    /// - Throws: ``OrchError/system(call:reason:)``.
    static func start(_ onSignal: @escaping @Sendable (String) -> Void) throws {
        let pipe = try Descriptor.pipe()
        wakeDescriptor.store(pipe.write, ordering: .releasing)
        let code = DetachedThread.start(name: "orch-signals") {
            var polled = pollfd(fd: pipe.read, events: Int16(POLLIN), revents: 0)
            while true {
                poll(&polled, 1, -1)
                guard let byte = Descriptor.read(pipe.read, atMost: 1)?.first else { continue }
                for signal in [SIGTERM, SIGINT] { Glibc.signal(signal, SIG_DFL) }
                onSignal(Int32(byte) == SIGTERM ? "SIGTERM" : "SIGINT")
                return
            }
        }
        guard code == 0 else { throw OrchError.system(call: "pthread_create", reason: String(cString: strerror(code))) }
        for signal in [SIGTERM, SIGINT] {
            var action = sigaction()
            action.__sigaction_handler.sa_handler = handler
            action.sa_flags = Int32(SA_RESTART)
            sigaction(signal, &action, nil)
        }
    }

    /// Runs inside a signal: nothing but an atomic and an async-signal-safe call.
    private static let handler: @convention(c) (Int32) -> Void = { signal in
        var byte = UInt8(truncatingIfNeeded: signal)
        write(wakeDescriptor.load(ordering: .acquiring), &byte, 1)
    }
}
