import OrchModel

/// Hints for misspelt names.
enum YAMLNames {
    /// `did you mean "x"?`; nil where nothing is near.
    static func hint(for name: String, among names: [String]) -> String? {
        NearestName.nearest(to: name, in: names, limit: 1).first.map { "did you mean \(Shown.quoted($0))?" }
    }
}
