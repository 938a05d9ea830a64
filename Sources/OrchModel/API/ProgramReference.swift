/// How a question about a program of an agent's host is told from one about an image: `process:/opt/taxi`.
///
/// An agent that knows of no processes takes it for an image, and answers that it has none of that name.
public enum ProgramReference {
    private static let start = "process:"

    /// The reference to the program at `path`.
    public static func text(_ path: String) -> String { start + path }

    /// The program's path; nil where an image is meant.
    public static func path(_ reference: String) -> String? {
        reference.hasPrefix(start) ? String(reference.dropFirst(start.count)) : nil
    }
}
