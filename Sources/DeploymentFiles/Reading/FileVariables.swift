/// Fills `${NAME}`, `${NAME:-default}` and `${var.NAME}` in the values of a file; `$$` is a dollar.
///
/// A plain value is read anew once it is filled: `retries: ${RETRIES}` is a number where the variable holds one. Places of
/// a run's own templates, `{{ … }}`, are left as they are.
struct FileVariables {
    /// The environment, by name.
    let environment: [String: String]
    /// The file's own variables, under `variables:`.
    private(set) var own: [String: YAMLNode] = [:]
    /// What is wrong, in the order of the file.
    private(set) var problems: [FileProblem] = []
    /// What was taken out of the environment.
    private(set) var taken = EnvironmentValues()
    private var values = 0

    init(environment: [String: String]) {
        self.environment = environment
    }

    /// Takes the variables of a file; one may name those before it.
    mutating func define(_ node: YAMLNode) {
        guard !node.isNull else { return }
        guard let members = node.members else {
            problems.append(
                FileProblem("variables: expected a mapping of names to values, got \(Shown.node(node))", at: node.place)
            )
            return
        }
        for member in members {
            guard Self.isName(member.name) else {
                problems.append(
                    FileProblem(
                        "variables: \(Shown.quoted(member.name)) is no name: expected letters, digits and _, and no digit first",
                        at: member.place))
                continue
            }
            own[member.name] = filled(member.value)
        }
    }

    /// A node with every variable in its values filled in. Keys are left as they are.
    mutating func filled(_ node: YAMLNode) -> YAMLNode {
        switch node.content {
        case .list(let elements): return YAMLNode(.list(elements.map { filled($0) }), at: node.place)
        case .mapping(let members):
            return YAMLNode(
                .mapping(
                    members.map { YAMLMember(name: $0.name, place: $0.place, value: filled($0.value)) }), at: node.place
            )
        case .scalar(let scalar):
            guard scalar.text.contains("$") else { return node }
            return filled(scalar, at: node.place)
        }
    }

    private mutating func filled(_ scalar: YAMLScalar, at place: SourcePlace) -> YAMLNode {
        let unchanged = YAMLNode(.scalar(scalar), at: place)
        let pieces: [Piece]
        switch Self.pieces(of: scalar.text) {
        case .success(let found): pieces = found
        case .failure(let problem):
            problems.append(FileProblem(problem.message, at: place))
            return unchanged
        }
        if pieces.count == 1, case .own(let name) = pieces[0], let node = own[name],
            scalar.form == .plain || node.scalar == nil
        {
            values += node.weight
            guard values <= YAMLDocuments.mostValues else {
                problems.append(FileProblem("the file's variables make more values than a file may have", at: place))
                return unchanged
            }
            return YAMLNode(node.content, at: place)
        }
        var text = ""
        var isFilled = false
        for piece in pieces {
            guard case .text(let part) = piece else {
                isFilled = true
                text += value(of: piece, at: place)
                continue
            }
            text += part
        }
        guard text.utf8.count <= YAMLDocuments.mostBytes else {
            problems.append(FileProblem("the text gets longer than a file may be", at: place))
            return unchanged
        }
        return YAMLNode(.scalar(YAMLScalar(text, scalar.form, source: isFilled ? scalar.text : nil)), at: place)
    }

    private mutating func value(of piece: Piece, at place: SourcePlace) -> String {
        switch piece {
        case .text(let text): return text
        case .environment(let name, let fallback):
            if let value = environment[name], !value.isEmpty || fallback == nil {
                taken.add(value, of: name)
                return value
            }
            if let fallback { return fallback }
            problems.append(
                FileProblem(
                    "the environment has no \(name): set it, or give it a default, as in ${\(name):-VALUE}", at: place))
            return ""
        case .own(let name):
            guard let node = own[name] else {
                let hint = YAMLNames.hint(for: name, among: Array(own.keys)).map { "; \($0)" } ?? ""
                problems.append(FileProblem("there is no \(name) under variables before this\(hint)", at: place))
                return ""
            }
            guard let scalar = node.scalar else {
                problems.append(
                    FileProblem("the variable \(name) is \(Shown.node(node)), which has no place in a text", at: place))
                return ""
            }
            return CoreSchema.isNull(scalar) ? "" : scalar.text
        }
    }

    /// A part of a text.
    private enum Piece {
        case text(String)
        case environment(String, fallback: String?)
        case own(String)
    }

    private static let forms = "${NAME}, ${NAME:-default} and ${var.NAME}; $$ is a dollar"

    private static func pieces(of text: String) -> Result<[Piece], CoreSchema.Refusal> {
        var pieces: [Piece] = []
        var plain = ""
        var rest = text[...]
        while let dollar = rest.firstIndex(of: "$") {
            plain += rest[..<dollar]
            rest = rest[rest.index(after: dollar)...]
            if rest.first == "$" {
                plain += "$"
                rest = rest.dropFirst()
            } else if rest.first == "{" {
                guard let end = rest.firstIndex(of: "}") else {
                    return .failure(.init(message: "${ has no } after it: there are \(forms)"))
                }
                let inside = String(rest[..<end].dropFirst())
                guard let piece = piece(inside) else {
                    return .failure(
                        .init(message: "expected a variable, got \(Shown.quoted("${\(inside)}")): there are \(forms)"))
                }
                if !plain.isEmpty { pieces.append(.text(plain)) }
                plain = ""
                pieces.append(piece)
                rest = rest[rest.index(after: end)...]
            } else {
                plain += "$"
            }
        }
        plain += rest
        if !plain.isEmpty { pieces.append(.text(plain)) }
        return .success(pieces)
    }

    private static func piece(_ inside: String) -> Piece? {
        if inside.hasPrefix("var.") {
            let name = String(inside.dropFirst(4))
            return isName(name) ? .own(name) : nil
        }
        guard let mark = inside.firstRange(of: ":-") else {
            return isName(inside) ? .environment(inside, fallback: nil) : nil
        }
        let name = String(inside[..<mark.lowerBound])
        return isName(name) ? .environment(name, fallback: String(inside[mark.upperBound...])) : nil
    }

    static func isName(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first, !("0"..."9").contains(first) else { return false }
        return text.unicodeScalars.allSatisfy { scalar in
            scalar == "_" || ("0"..."9").contains(scalar) || ("a"..."z").contains(scalar)
                || ("A"..."Z").contains(scalar)
        }
    }
}
