import Glibc
import Synchronization
import Threads

/// Tells when something changes in folders: what the kernel tells of (inotify), and once a second in any case, for a process
/// that ends by SIGKILL changes nothing.
final class FolderWatch: Sendable {
    /// One folder that is looked at.
    final class Folder: Sendable {
        private let changes = Atomic<Int>(0)
        private let gate = Gate()

        /// How many changes there were.
        var count: Int { changes.load(ordering: .acquiring) }

        /// Waits until there were more changes than `count`.
        func wait(beyond count: Int) async throws(CancellationError) {
            try await gate.wait { changes.load(ordering: .acquiring) == count }
        }

        func note() {
            changes.add(1, ordering: .acquiringAndReleasing)
            gate.open()
        }
    }

    private struct State {
        var folders: [String: Folder] = [:]
        var numbers: [Int32: String] = [:]
        var isRunning = false
        var isClosed = false
    }

    /// What the thread has, so that it keeps nothing else alive.
    private final class Core: Sendable {
        let file: Int32
        let state = Mutex(State())

        init() { file = inotify_init1(Int32(IN_CLOEXEC | IN_NONBLOCK)) }

        deinit { if file >= 0 { close(file) } }
    }

    private let core = Core()

    /// A watch of no folder.
    init() {}

    deinit { core.state.withLock { $0.isClosed = true } }

    /// Looks at a folder from now on.
    func folder(_ path: String) -> Folder {
        let core = core
        let (folder, starts) = core.state.withLock { state in
            if let known = state.folders[path] { return (known, false) }
            let folder = Folder()
            state.folders[path] = folder
            let number = core.file < 0 ? -1 : inotify_add_watch(core.file, path, UInt32(Self.changes))
            if number >= 0 { state.numbers[number] = path }
            defer { state.isRunning = true }
            return (folder, !state.isRunning)
        }
        if starts, DetachedThread.start(name: "orch-spools", { Self.run(core) }) != 0 {
            core.state.withLock { $0.isRunning = false }
        }
        return folder
    }

    /// Looks at a folder no longer; who waits there looks once more.
    func forget(_ path: String) {
        let folder = core.state.withLock { state in
            for (number, known) in state.numbers where known == path {
                state.numbers[number] = nil
                inotify_rm_watch(core.file, number)
            }
            return state.folders.removeValue(forKey: path)
        }
        folder?.note()
    }

    private static let changes = IN_MODIFY | IN_MOVED_TO | IN_CREATE
    /// How long the thread waits for news before all look again, in milliseconds.
    private static let patience: Int32 = 1000

    private static func run(_ core: Core) {
        var looked = ContinuousClock.now
        while !core.state.withLock({ $0.isClosed }) {
            var wait = pollfd(fd: core.file, events: Int16(POLLIN), revents: 0)
            // Without inotify, a negative descriptor is passed over.
            let some = poll(&wait, 1, core.file < 0 ? 20 : patience) > 0
            let isDue = ContinuousClock.now - looked >= .seconds(1) || core.file < 0
            if isDue { looked = .now }
            let numbers = some ? Self.read(core.file) : []
            let folders = core.state.withLock { state in
                isDue
                    ? Array(state.folders.values)
                    : numbers.compactMap { state.numbers[$0] }.compactMap { state.folders[$0] }
            }
            for folder in folders { folder.note() }
        }
    }

    /// The folders that events are of.
    ///
    /// Source: <https://man7.org/linux/man-pages/man7/inotify.7.html>
    private static func read(_ file: Int32) -> Set<Int32> {
        var numbers: Set<Int32> = []
        withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 8) { buffer in
            let count = Glibc.read(file, buffer.baseAddress, buffer.count)
            var place = 0
            while place + 16 <= count {
                numbers.insert(buffer.loadUnaligned(fromByteOffset: place, as: Int32.self))
                place += 16 + Int(buffer.loadUnaligned(fromByteOffset: place + 12, as: UInt32.self))
            }
        }
        return numbers
    }
}
