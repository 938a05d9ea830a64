/// Where a flow program keeps a copy of the last lines of its run stream, and its agent finds them when the engine has
/// lost some.
///
/// Two files take turns: when one is full the other is emptied and written. Each line carries its number, so their order
/// does not matter.
public enum StreamJournal {
    /// Folders that are tried in this order, by the program and by the agent. An image may be years older than its agent:
    /// folders are added, never removed.
    ///
    /// A volume is mounted at `/var/tmp` less often than at `/tmp`.
    public static let folders = ["/var/tmp", "/tmp"]
    /// The most that one of the two files holds, in bytes.
    public static let fileBytes = 4 << 20

    /// The two files of an attempt in a folder. The names tell attempts apart that share a volume.
    public static func paths(in folder: String, run: Identifier, attempt: Int) -> [String] {
        (0..<2).map { "\(folder)/orch-journal-\(run)-\(attempt).\($0)" }
    }
}
