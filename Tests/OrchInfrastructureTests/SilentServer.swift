import Foundation
import Testing

/// A server on loopback that takes connections and never says a word.
final class SilentServer: Sendable {
    let port: UInt16
    private let listener: Int32

    init() throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let (file, length) = (listener, size)
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(file, $0, length) == 0 && listen(file, 16) == 0 ? getsockname(file, $0, &size) : -1
            }
        }
        port = UInt16(bigEndian: address.sin_port)
        try #require(code == 0)
    }

    /// Waits for a connection.
    func connection() async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            DispatchQueue.global().async { [listener] in
                _ = accept(listener, nil, nil)
                continuation.resume()
            }
        }
    }

    deinit { close(listener) }
}
