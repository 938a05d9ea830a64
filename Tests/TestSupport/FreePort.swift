import Foundation
import Synchronization

/// Ports of loopback for programs that must be told one.
package enum FreePort {
    /// Somebody else had bound the port by the time it was needed.
    package struct Taken: Error, CustomStringConvertible {
        private let port: Int

        package init(port: Int) { self.port = port }

        package var description: String { "nothing started listens on port \(port): somebody else may have it" }
    }

    private static let given = Mutex<Set<Int>>([])

    /// Where the kernel's own choice begins, for connections and for listeners that ask for any port.
    private static let chosenByKernel: Int = {
        let text = try? String(contentsOfFile: "/proc/sys/net/ipv4/ip_local_port_range", encoding: .utf8)
        return text?.split(whereSeparator: \.isWhitespace).first.flatMap { Int($0) } ?? 32_768
    }()

    /// A port that is free, that the kernel gives to nobody by itself, and that nobody else of this process was given.
    package static func find() throws -> Int {
        let isChosenHere = chosenByKernel >= 11_000
        for _ in 0..<1000 {
            let wanted = isChosenHere ? Int.random(in: 10_000..<chosenByKernel) : 0
            if let port = onSocket(wanted, bind), given.withLock({ $0.insert(port).inserted }) { return port }
        }
        throw Taken(port: chosenByKernel)
    }

    /// Starts something on a free port; on another where that one was ``Taken`` meanwhile, three at most.
    package static func trying<Value>(_ start: (Int) async throws -> Value) async throws -> Value {
        for _ in 1...2 {
            do { return try await start(try find()) } catch is Taken { continue }
        }
        return try await start(try find())
    }

    /// Waits until a program listens that was told a port; ``Taken`` where it ends instead, or does nothing for 2 min.
    package static func untilListening(_ port: Int, while isRunning: () -> Bool) async throws {
        for _ in 0..<2400 {
            guard isRunning() else { break }
            if onSocket(port, connect) != nil { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw Taken(port: port)
    }

    /// What a new socket is at after it was bound or connected, which is undone at once; nil where that fails.
    private static func onSocket(
        _ port: Int, _ act: (Int32, UnsafePointer<sockaddr>?, socklen_t) -> Int32
    ) -> Int? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                act(descriptor, generic, length) == 0 ? getsockname(descriptor, generic, &length) : -1
            }
        }
        return code == 0 ? Int(UInt16(bigEndian: address.sin_port)) : nil
    }
}
