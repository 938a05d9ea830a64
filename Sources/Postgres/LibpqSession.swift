import CLibpq
import Synchronization

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A libpq connection in non-blocking mode, driven by `poll` so that each wait can be cut short.
/// https://www.postgresql.org/docs/current/libpq-async.html
///
/// SAFETY: every method runs on the one thread of its `ConnectionThread`, so `connection` needs no lock.
final class LibpqSession: @unchecked Sendable {
    var connection: OpaquePointer?
    let interrupt: Interrupt
    /// The names of the statements that the server has prepared, by their text.
    var prepared: [String: String] = [:]
    /// How long a cancelled statement has to end before the connection is closed instead.
    var cancelGrace = Duration.seconds(5)

    init(_ interrupt: Interrupt) {
        self.interrupt = interrupt
    }

    deinit { close() }

    /// Closes the connection, whatever it is doing.
    func close() {
        guard let connection else { return }
        PQfinish(connection)
        self.connection = nil
    }

    /// What a wait ended with.
    enum Wake {
        case ready(Int16)
        case interrupted
        case timedOut
    }

    /// Waits until the socket is ready for one of the events, someone interrupts, or the deadline has passed.
    func wait(for events: Int32, until deadline: ContinuousClock.Instant? = nil) -> Wake {
        var descriptors = [
            pollfd(fd: PQsocket(connection), events: Int16(events), revents: 0),
            pollfd(fd: interrupt.readEnd, events: Int16(POLLIN), revents: 0),
        ]
        while true {
            var milliseconds: Int32 = -1
            if let deadline {
                let left = ContinuousClock.now.duration(to: deadline)
                guard left > .zero else { return .timedOut }
                milliseconds = Int32(
                    clamping: left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000 + 1)
            }
            let count = poll(&descriptors, nfds_t(descriptors.count), milliseconds)
            if count == 0 { continue }
            if count < 0 {
                if errno == EINTR { continue }
                // Whatever poll cannot wait for, libpq's next call on the socket reports.
                return .ready(Int16(events))
            }
            if descriptors[1].revents != 0 {
                interrupt.clear()
                return .interrupted
            }
            return .ready(descriptors[0].revents)
        }
    }

    /// libpq's own message of what failed last, without its last newline.
    var message: String {
        Self.oneLine(String(cString: PQerrorMessage(connection)))
    }

    /// Several lines as one.
    static func oneLine(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).map { $0.drop { $0.isWhitespace } }.joined(separator: " ")
    }

    /// The error for a connection that broke; the connection is closed.
    func lost(_ statement: String) -> PostgresError {
        let error = PostgresError.connectionLost(statement: statement, message: message)
        close()
        return error
    }
}
