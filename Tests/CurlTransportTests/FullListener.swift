import Glibc
import Synchronization

/// A TCP listener whose queue of connections is full, so that the next one is neither taken nor refused.
enum FullListener {
    private static let fillers = Mutex<[Int32: [Int32]]>([:])

    static func make() throws -> (descriptor: Int32, port: Int) {
        let (descriptor, port) = try StubSocket.listenOnTCP()
        listen(descriptor, 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = UInt16(port).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        var taken: [Int32] = []
        for _ in 0..<4 {
            let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
            let filler = socket(AF_INET, kind, 0)
            withUnsafePointer(to: &address) { pointer in
                _ = pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(filler, $0, size) }
            }
            taken.append(filler)
        }
        fillers.withLock { $0[descriptor] = taken }
        return (descriptor, port)
    }

    static func close(_ descriptor: Int32) {
        for filler in fillers.withLock({ $0.removeValue(forKey: descriptor) }) ?? [] { Glibc.close(filler) }
        Glibc.close(descriptor)
    }
}
