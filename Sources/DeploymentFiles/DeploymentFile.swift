/// A file that says deployments, read and checked as far as it can be without an image and a controller.
package struct DeploymentFile: Sendable {
    /// A deployment, with the places of what it says.
    package struct Deployment: Sendable {
        package var entry: DeploymentEntry
        /// Where it begins.
        package var place: SourcePlace
        /// Where each of its values stands, by path within the deployment: `parameters.months[1]`.
        var places: [String: SourcePlace]
        /// What stands in the file where a value was made of variables, by path.
        package var sources: [String: String]

        /// The place of a value, or of the nearest value around it.
        package func place(of path: String) -> SourcePlace {
            var path = path[...]
            while !path.isEmpty {
                if let place = places[String(path)] { return place }
                path = path[..<(path.lastIndex { $0 == "." || $0 == "[" } ?? path.startIndex)]
            }
            return place
        }
    }

    /// The file's name, for messages.
    package var name: String
    /// At least one.
    package var deployments: [Deployment]
    /// What has another meaning here, or none.
    package var warnings: [FileProblem]
    /// What messages about the deployments are not to show.
    package var environmentValues: EnvironmentValues

    /// Reads a file: one deployment, several documents, or a list under `deployments:`.
    ///
    /// - Parameters:
    ///   - bytes: the file.
    ///   - name: what messages call it.
    ///   - environment: what `${NAME}` stands for.
    /// - Throws: all mistakes at once; where it is no YAML, the first.
    package init(_ bytes: [UInt8], name: String, environment: [String: String]) throws(FileProblems) {
        var problems: [FileProblem] = []
        let documents: [YAMLNode]
        do throws(FileProblem) {
            documents = try YAMLDocuments.read(bytes, problems: &problems)
        } catch {
            throw FileProblems(file: name, problems + [error])
        }
        var variables = FileVariables(environment: environment)
        var reader = FileReader()
        for document in documents {
            reader.read(document, variables: &variables)
        }
        problems += variables.problems + reader.problems
        if documents.isEmpty {
            problems.append(
                FileProblem("the file is empty: expected a deployment, or a list under deployments:", at: nil))
        }
        for index in problems.indices {
            problems[index].message = variables.taken.hidden(in: problems[index].message)
        }
        let mistakes = problems.filter { !$0.isWarning }
        guard mistakes.isEmpty else { throw FileProblems(file: name, Self.ordered(mistakes)) }
        self.name = name
        deployments = reader.deployments
        environmentValues = variables.taken
        warnings = Self.ordered(problems.filter(\.isWarning))
    }

    private static func ordered(_ problems: [FileProblem]) -> [FileProblem] {
        let start = SourcePlace(line: 0, column: 0)
        return problems.enumerated().sorted {
            ($0.element.place ?? start, $0.offset) < ($1.element.place ?? start, $1.offset)
        }.map(\.element)
    }
}
