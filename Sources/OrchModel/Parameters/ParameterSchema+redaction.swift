extension ParameterSchema {
    /// The values as they may be shown: secrets hidden, and passwords inside URLs. A parameter that names a block or an
    /// address and holds neither may hold a password in any form, so nothing of it is shown.
    public func redacted(_ values: [String: JSONValue]) -> [String: JSONValue] {
        var shown: [String: JSONValue] = [:]
        for (name, value) in values {
            guard let property = self[name] else {
                shown[name] = value.hidingURLPasswords
                continue
            }
            let isSecret = property.isSecret || (property.block != nil && !value.isBlockNameOrAddress)
            shown[name] =
                isSecret && !value.isNull
                ? .string(Secret.placeholder) : property.value.redacted(value).hidingURLPasswords
        }
        return shown
    }
}

extension ValueSchema {
    /// A value with the secrets among its members hidden; what has not the shape of this schema is hidden as a whole where
    /// it may hold one.
    func redacted(_ value: JSONValue) -> JSONValue {
        guard holdsSecret, !value.isNull else { return value }
        if !alternatives.isEmpty {
            let fitting = alternatives.first { $0.accepts(value) }
            return fitting.map { $0.redacted(value) } ?? .string(Secret.placeholder)
        }
        switch value {
        case .array(let elements):
            guard let items else { break }
            return .array(elements.map(items.redacted))
        case .object(var object):
            if let values { return .object(object.mapValues(values.redacted)) }
            guard let members else { break }
            for (name, value) in object {
                let member = members.first { $0.name == name }
                let isShown = member?.isSecret == false || value.isNull
                object[name] = isShown ? member?.value.redacted(value) ?? .null : .string(Secret.placeholder)
            }
            return .object(object)
        default: break
        }
        return .string(Secret.placeholder)
    }
}

extension JSONValue {
    /// Whether this may stand where a block or an address is named.
    fileprivate var isBlockNameOrAddress: Bool {
        guard case .string(let text) = self else { return false }
        return BlockEnvironment.isValid(name: text) || text.contains("://") && !text.contains(where: \.isWhitespace)
    }

    /// This value with the password of every URL in its strings replaced.
    public var hidingURLPasswords: JSONValue {
        switch self {
        case .string(let text): .string(Self.hidingURLPassword(in: text))
        case .array(let elements): .array(elements.map(\.hidingURLPasswords))
        case .object(let members): .object(members.mapValues(\.hidingURLPasswords))
        case .null, .bool, .int, .double: self
        }
    }

    /// `scheme://user:password@host` with the password replaced, and every value of the query that may be a credential.
    ///
    /// Everything up to the last `@` counts as password: people do not always escape one with `/` or `@` in it.
    private static func hidingURLPassword(in text: String) -> String {
        let text = text.replacing(#/(?i)(?<name>\b(?:ssl)?password\s*=\s*)(?:'[^']*'|[^\s&#]+)/#) { match in
            "\(match.name)\(Secret.placeholder)"
        }
        guard text.contains("://") else { return text }
        return text.replacing(#/(?<head>://[^:/?#\s]*:)\S*@/#) { match in
            "\(match.head)\(Secret.placeholder)@"
        }
        .replacing(#/(?<mark>[?&])(?<name>[^=&#\s]*)=[^&#\s]*/#) { match in
            harmlessNames.contains(match.name.lowercased())
                ? String(match.0) : "\(match.mark)\(match.name)=\(Secret.placeholder)"
        }
    }

    /// Names in a URL's query whose values are shown. A signature or a key has any name, so all others are hidden.
    private static let harmlessNames: Set<String> = [
        "alt", "application_name", "color", "connect_timeout", "dbname", "download", "format", "host", "month", "port",
        "raw", "sslmode", "target_session_attrs", "user", "version", "year",
    ]
}
