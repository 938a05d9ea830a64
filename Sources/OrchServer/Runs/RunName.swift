import OrchModel

/// The name that somebody wished for a run: a template of what is known when it is made.
struct RunName: Sendable {
    private let template: RunNameTemplate

    /// Reads a template.
    ///
    /// - Throws: 422 where it cannot be read.
    init(_ text: String) throws {
        do throws(TemplateError) { template = try RunNameTemplate(text) } catch { throw Self.refusal(error) }
    }

    /// The longest name, in characters.
    static let longest = 200

    /// Whether it can be made only once the parameters are known.
    var namesParameters: Bool { template.namesParameters }

    /// The name.
    ///
    /// - Parameter parameters: as they are shown, secrets hidden. Defaults to none.
    /// - Throws: 422 where the template cannot be filled in, or what comes of it is no name.
    func text(_ facts: RunFacts, parameters: [String: JSONValue] = [:]) throws -> String {
        let text: String
        do throws(TemplateError) {
            text = try template.render(facts, parameters: parameters, atMost: 4 * Self.longest)
        } catch {
            throw Self.refusal(error)
        }
        guard !text.isEmpty, text.count <= Self.longest, PlainText.isPlain(text) else {
            throw APIFailure.invalid(
                "the run's name: expected 1 to \(Self.longest) characters on one line, got \(text.count)")
        }
        return text
    }

    private static func refusal(_ error: TemplateError) -> APIFailure {
        APIFailure.invalid("the run's name cannot be made of its template: \(error)")
    }
}
