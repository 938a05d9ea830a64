import CCurl
import Synchronization
import Threads

/// The door to the thread that runs all transfers of one client: commands go in, nothing else touches libcurl.
final class CurlEngine: Sendable {
    /// What the thread is asked to do.
    enum Command: Sendable {
        case start(Transfer)
        case abort(Transfer)
        case resumeReceiving(Transfer)
        case resumeSending(Transfer)
    }

    /// What the thread finds when it looks.
    struct Orders: Sendable {
        var commands: [Command]
        var isShuttingDown: Bool
    }

    private struct Inbox {
        var commands: [Command] = []
        var isShuttingDown = false
        var multi: MultiHandle?
    }

    private let configuration: HTTPClientConfiguration
    private let inbox = Mutex(Inbox())

    init(configuration: HTTPClientConfiguration) {
        self.configuration = configuration
    }

    /// Hands a command to the thread, starting it where this is the first.
    func submit(_ command: Command) {
        let failure: HTTPClientError? = inbox.withLock { inbox in
            guard !inbox.isShuttingDown else { return .shutDown }
            if inbox.multi == nil {
                guard case .start = command else { return nil }
                guard let multi = launch() else {
                    return .other(code: 2, message: "libcurl or its thread did not start")
                }
                inbox.multi = multi
            }
            inbox.commands.append(command)
            if inbox.commands.count == 1 { inbox.multi?.wakeUp() }
            return nil
        }
        if let failure, case .start(let transfer) = command { transfer.finish(failure) }
    }

    /// Ends the thread; its transfers fail with `shutDown`.
    func shutDown() {
        inbox.withLock { inbox in
            inbox.isShuttingDown = true
            inbox.multi?.wakeUp()
        }
    }

    /// Called by the thread: what came since it last looked.
    func takeOrders() -> Orders {
        inbox.withLock { inbox in
            let orders = Orders(commands: inbox.commands, isShuttingDown: inbox.isShuttingDown)
            inbox.commands.removeAll(keepingCapacity: true)
            return orders
        }
    }

    /// Called by the thread as its last act before it frees the multi handle: nobody wakes it from now on.
    func closeInbox() {
        inbox.withLock { $0.multi = nil }
    }

    private func launch() -> MultiHandle? {
        guard CurlGlobal.initCode == 0, let pointer = curl_multi_init() else { return nil }
        let multi = MultiHandle(pointer: pointer)
        let configuration = configuration
        let code = DetachedThread.start(name: "orch-curl") {
            EngineLoop(multi: multi, configuration: configuration, engine: self).run()
        }
        guard code == 0 else {
            curl_multi_cleanup(pointer)
            return nil
        }
        return multi
    }
}

// SAFETY: every call but `curl_multi_wakeup`, which libcurl allows from any thread, is made by the engine's own
// thread; wake-ups are made under the inbox's lock, and the handle is taken out of the inbox before it is freed.
/// A multi handle that may be woken from any thread.
struct MultiHandle: @unchecked Sendable {
    let pointer: UnsafeMutableRawPointer

    func wakeUp() {
        curl_multi_wakeup(pointer)
    }
}
