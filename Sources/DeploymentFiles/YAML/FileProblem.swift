/// One thing to say about a file: a mistake, or what has another meaning here than where the file comes from.
package struct FileProblem: Error, Hashable, Sendable {
    /// Where it is; nil where it is about the file as a whole.
    package var place: SourcePlace?
    /// A sentence: what is wrong, what was expected, what to do.
    package var message: String
    /// Whether the file is used all the same.
    package var isWarning: Bool

    package init(_ message: String, at place: SourcePlace?, isWarning: Bool = false) {
        self.message = message
        self.place = place
        self.isWarning = isWarning
    }

    /// `lake.yaml:3:9: …`, as compilers write it, so that editors can go there.
    package func text(file: String) -> String {
        let position = place.map { ":\($0.line):\($0.column)" } ?? ""
        return "\(file)\(position): \(isWarning ? "warning: " : "")\(message)"
    }
}

/// All that is wrong with a file; never empty.
package struct FileProblems: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file's name.
    package var file: String
    /// The mistakes, in the order of the file.
    package var problems: [FileProblem]

    package init(file: String, _ problems: [FileProblem]) {
        self.file = file
        self.problems = problems
    }

    /// One line each.
    package var description: String { problems.map { $0.text(file: file) }.joined(separator: "\n") }
}
