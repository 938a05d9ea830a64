import FoundationEssentials
import OrchModel

/// Reads a block's values from the command line by the type's fields.
struct BlockFields {
    var type: BlockType

    /// The values of `FIELD=VALUE` texts. Secrets are refused: an argument is seen by everyone on the machine.
    func values(of assignments: [String]) throws -> [String: JSONValue] {
        var values: [String: JSONValue] = [:]
        for assignment in assignments {
            let (name, text) = try split(assignment, form: "FIELD=VALUE")
            let field = try field(name)
            if field.kind == .secret || field.kind == .secretObject {
                throw Message(
                    .usage,
                    "\(name) is a secret, and arguments are seen by everyone on this machine: use --set-stdin \(name), "
                        + "or --set-file \(name)=PATH")
            }
            values[name] = try value(text, of: name)
        }
        return values
    }

    /// The contents of `FIELD=PATH` files.
    func contents(of files: [String]) throws -> [String: JSONValue] {
        var values: [String: JSONValue] = [:]
        for assignment in files {
            let (name, path) = try split(assignment, form: "FIELD=PATH")
            let text: String
            do {
                text = try String(contentsOfFile: path, encoding: .utf8)
            } catch {
                throw Message(.usage, "--set-file \(name): cannot read \(path): \(PrivateFile.reason(error))")
            }
            values[name] = try value(text, of: name)
        }
        return values
    }

    /// The value a text stands for in the field `name`; one final newline is not part of a secret.
    func value(_ text: String, of name: String) throws -> JSONValue {
        let field = try field(name)
        switch field.kind {
        case .string, .choice, .block: return .string(text)
        case .secret: return .string(text.hasSuffix("\n") ? String(text.dropLast()) : text)
        case .secretObject:
            guard let object = try? JSONValue(parsing: text), object.objectValue != nil else {
                throw Message(.usage, "\(name): expected a JSON object, such as a service account's key file")
            }
            return object
        case .integer, .number, .boolean, .strings, .stringMap:
            guard let value = try? JSONValue(parsing: text) else {
                throw Message(.usage, "\(name): expected JSON (\(field.help)), got: \(text)")
            }
            return value
        }
    }

    private func field(_ name: String) throws -> BlockType.Field {
        if let field = type.field(name) { return field }
        let names = type.fields.map(\.name)
        let nearest = NearestName.nearest(to: name, in: names, limit: 1).first
        throw Message(
            .usage,
            "\(type.slug) has no field \"\(name)\"; "
                + (nearest.map { "did you mean \($0)?" } ?? "fields: \(names.joined(separator: ", "))"))
    }

    private func split(_ assignment: String, form: String) throws -> (String, String) {
        guard let index = assignment.firstIndex(of: "="), index != assignment.startIndex else {
            throw Message(.usage, "expected \(form), got \"\(assignment)\"")
        }
        return (String(assignment[..<index]), String(assignment[assignment.index(after: index)...]))
    }
}
