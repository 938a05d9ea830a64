import OrchModel

/// The name that somebody wished for a run: a template of what is known when it is made.
struct RunName: Sendable {
    let template: String

    init(_ template: String) {
        self.template = template
    }

    /// The longest name, in characters.
    static let longest = 200

    /// The name.
    ///
    /// - Throws: 422 where the template cannot be read or filled in, or what comes of it is no name.
    func text(_ facts: RunFacts) throws -> String {
        let text: String
        do throws(TemplateError) {
            text = try Template(template).render(facts.values, atMost: 4 * Self.longest)
        } catch {
            throw APIFailure.invalid("the run's name cannot be made of its template: \(error)")
        }
        guard !text.isEmpty, text.count <= Self.longest, PlainText.isPlain(text) else {
            throw APIFailure.invalid(
                "the run's name: expected 1 to \(Self.longest) characters on one line, got \(text.count)")
        }
        return text
    }
}
