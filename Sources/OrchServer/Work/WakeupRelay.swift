import Logging
import OrchStore
import ServiceLifecycle

/// Tells the other controllers of a shared store what changed here, and wakes those who wait here for what changed there.
///
/// A hint that is lost costs time only: who waits looks at the store every few seconds all the same. Where the store has
/// one controller there is nothing to do.
struct WakeupRelay: Service {
    let store: any Store
    let wakeups: Wakeups
    let logger: Logger

    /// From one try to hear of the others to the next.
    private static let pause = Duration.seconds(2)

    func run() async throws {
        guard store.isShared else {
            // The group would end with the first of its services.
            return try await gracefulShutdown()
        }
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                group.addTask { await tell() }
                group.addTask { await listen() }
            }
        }
    }

    /// What waits is told in one message, each topic once: a busy run changes hundreds of times a second.
    private func tell() async {
        let outgoing = wakeups.outgoing()
        while let topics = await outgoing.next() {
            do {
                try await store.announce(topics.map(\.description))
            } catch {
                logger.debug("other controllers could not be told", metadata: ["error": "\(error)"])
            }
        }
    }

    private func listen() async {
        var wasTold = false
        while !Task.isCancelled {
            do {
                try await store.announcements { texts in
                    for topic in texts.compactMap(Wakeups.Topic.init) { wakeups.hear(topic) }
                }
            } catch {
                if !wasTold, !Task.isCancelled {
                    logger.warning("cannot hear of other controllers; trying again", metadata: ["error": "\(error)"])
                }
                wasTold = true
            }
            // What was said meanwhile is not known.
            wakeups.hearAll()
            guard (try? await Task.sleep(for: Self.pause)) != nil else { return }
        }
    }
}
