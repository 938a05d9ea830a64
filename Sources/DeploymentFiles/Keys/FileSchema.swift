package import OrchModel

/// The JSON Schema of deployment files, for editors.
///
/// Made of the same keys as the reader. What stands for a value through a variable is accepted everywhere.
/// Source: <https://json-schema.org/draft/2020-12>
package enum FileSchema {
    /// The schema, draft 2020-12.
    package static var schema: JSONValue {
        var deployment = members(of: .deployment)
        deployment["properties"]?["variables"] = property(ObjectShape.file.keys[0])
        return [
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "Deployments of orch",
            "$defs": [
                "deployment": .object(deployment),
                "file": .object(members(of: .file)),
                "variable": [
                    "type": "string", "pattern": "\\$\\{",
                    "description": "A variable: ${NAME}, ${NAME:-default} or ${var.NAME}.",
                ],
            ],
            "if": ["type": "object", "required": ["deployments"]],
            "then": ["$ref": "#/$defs/file"],
            "else": ["$ref": "#/$defs/deployment"],
        ]
    }

    private static func members(of shape: ObjectShape) -> [String: JSONValue] {
        var properties: [String: JSONValue] = [:]
        for key in shape.keys {
            for name in [key.name] + key.otherNames { properties[name] = property(key) }
        }
        for key in shape.foreign {
            properties[key.name] = ["description": .string(key.warning), "deprecated": true]
        }
        var schema: [String: JSONValue] = [
            "type": "object", "properties": .object(properties), "additionalProperties": false,
        ]
        let required = shape.keys.filter(\.isRequired)
        if !required.isEmpty { schema["required"] = .array(required.map { .string($0.name) }) }
        return schema
    }

    private static func property(_ key: KeyShape) -> JSONValue {
        if case .any = key.shape { return ["description": .string(key.help)] }
        let nothing: JSONValue = ["type": "null"]
        let forms = forms(of: key.shape) + [nothing, ["$ref": "#/$defs/variable"]]
        return ["description": .string(key.help), "anyOf": .array(forms)]
    }

    /// What a value may be, or a variable for it.
    private static func value(_ shape: ValueShape) -> JSONValue {
        if case .any = shape { return true }
        return ["anyOf": .array(forms(of: shape) + [["$ref": "#/$defs/variable"]])]
    }

    private static func forms(of shape: ValueShape) -> [JSONValue] {
        switch shape {
        case .text, .prose: return [["type": ["string", "number", "boolean"]]]
        case .whole(let range):
            var form: JSONValue = ["type": "integer"]
            if range.lowerBound != .min { form["minimum"] = .int(range.lowerBound) }
            if range.upperBound != .max { form["maximum"] = .int(range.upperBound) }
            return [form]
        case .number(let range):
            guard range.upperBound < .greatestFiniteMagnitude else { return [["type": "number"]] }
            return [["type": "number", "minimum": .double(range.lowerBound), "maximum": .double(range.upperBound)]]
        case .flag: return [["type": "boolean"]]
        case .span:
            return [
                ["type": "number", "minimum": 0, "maximum": 3_155_760_000],
                [
                    "type": "string", "pattern": "^(P.+|([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+([.][0-9]+)?s)?)$",
                    "minLength": 2,
                ],
            ]
        case .choice(let words):
            return [
                ["enum": .array(words.map(JSONValue.string))], ["type": "string", "pattern": .string(pattern(words))],
            ]
        case .flagOrChoice(_, _, let words): return [["type": "boolean"]] + forms(of: .choice(words))
        case .list(let element): return [["type": "array", "items": value(element)]]
        case .oneOrList(let element): return forms(of: element) + forms(of: .list(element))
        case .map(let element): return [["type": "object", "additionalProperties": orNull(element)]]
        case .mapOrNothing(let element): return [["type": "object", "additionalProperties": orNull(element)]]
        case .object(.deployment): return [["$ref": "#/$defs/deployment"]]
        case .object(let shape): return [.object(members(of: shape))]
        case .objectOrShort(let shape, _, let short): return forms(of: short) + [.object(members(of: shape))]
        case .overrides:
            var schema = members(of: .overrides)
            var parts: [String: JSONValue] = [:]
            for key in ObjectShape.overrides.keys {
                guard case .mapOrNothing(let element) = key.shape else { continue }
                parts["^\(key.name)\\."] = orNull(element)
            }
            schema["patternProperties"] = .object(parts)
            return [.object(schema)]
        case .any: return [true]
        }
    }

    private static func orNull(_ shape: ValueShape) -> JSONValue {
        if case .any = shape { return true }
        return ["anyOf": .array(forms(of: shape) + [["type": "null"], ["$ref": "#/$defs/variable"]])]
    }

    /// The words of a choice in upper or lower case, with `-` or `_` or neither.
    private static func pattern(_ words: [String]) -> String {
        let forms = words.map { word in
            word.map { letter -> String in
                guard letter.isLetter else { return letter == "-" || letter == "_" ? "[-_ ]?" : String(letter) }
                return "[\(letter.lowercased())\(letter.uppercased())]"
            }.joined()
        }
        return "^(\(forms.joined(separator: "|")))$"
    }
}

extension ObjectShape {
    fileprivate static func ~= (pattern: ObjectShape, shape: ObjectShape) -> Bool { pattern.name == shape.name }
}
