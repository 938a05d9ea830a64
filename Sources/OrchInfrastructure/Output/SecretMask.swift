import Foundation
import OrchModel

/// Hides a run's secrets in what it prints.
///
/// A secret is found as it is, and in the forms in which programs print one: within JSON, within a URL, in base64 at any
/// offset (as in an `Authorization: Basic` header), and line by line where it has several. One that is cut by the end of
/// a part of a line longer than 1 MiB is not found, nor is one that a program turned into anything else.
package struct SecretMask: Sendable {
    /// Shorter secrets are not hidden, in bytes: they would hide half of every line.
    package static let shortest = 6
    /// The shortest line that is hidden of a secret of several, in bytes; those with dashes at the start never are.
    private static let shortestLine = 16

    /// What is looked for, longest first, by its first two bytes.
    private var needles: [UInt16: [[UInt8]]] = [:]
    /// A bit for each pair of bytes that a needle starts with.
    private var starts = [UInt64](repeating: 0, count: 1024)
    private var isEmpty: Bool { needles.isEmpty }
    private static let placeholder = Array(Secret.placeholder.utf8)

    /// A mask that hides these texts.
    package init(_ secrets: some Sequence<String>) {
        for needle in Set(secrets.flatMap(Self.forms)) {
            let pair = Self.pair(needle[0], needle[1])
            needles[pair, default: []].append(needle)
            starts[Int(pair >> 6)] |= 1 << UInt64(pair & 63)
        }
        for pair in needles.keys { needles[pair]?.sort { $0.count > $1.count } }
    }

    /// The text with ``Secret/placeholder`` in place of every secret.
    package func masked(_ text: String) -> String {
        guard !isEmpty else { return text }
        var text = text
        guard let masked = text.withUTF8({ masked($0) }) else { return text }
        return String(decoding: masked, as: UTF8.self)
    }

    /// The bytes of a line as text, with ``Secret/placeholder`` in place of every secret.
    package func masked(_ bytes: ArraySlice<UInt8>) -> String {
        guard !isEmpty, let masked = bytes.withUnsafeBufferPointer({ masked($0) }) else {
            return String(decoding: bytes, as: UTF8.self)
        }
        return String(decoding: masked, as: UTF8.self)
    }

    /// The bytes without secrets; nil where there is none in them.
    private func masked(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        var masked: [UInt8] = []
        var copied = 0
        var index = 0
        while index + 1 < bytes.count {
            let pair = Self.pair(bytes[index], bytes[index + 1])
            guard starts[Int(pair >> 6)] & 1 << UInt64(pair & 63) != 0,
                let needle = needles[pair]?.first(where: { bytes[index...].starts(with: $0) })
            else {
                index += 1
                continue
            }
            masked += bytes[copied..<index]
            masked += Self.placeholder
            index += needle.count
            copied = index
        }
        guard copied > 0 else { return nil }
        masked += bytes[copied...]
        return masked
    }

    private static func pair(_ first: UInt8, _ second: UInt8) -> UInt16 { UInt16(first) << 8 | UInt16(second) }
}

extension SecretMask {
    /// The forms in which a secret may be printed; none for one that is too short.
    private static func forms(of secret: String) -> [[UInt8]] {
        let trimmed = secret.trimmingCharacters(in: .whitespacesAndNewlines)
        guard trimmed.utf8.count >= shortest else { return [] }
        var texts = [trimmed]
        for text in Set([secret, trimmed]) {
            texts += [inJSON(text), inJSON(text).replacing("/", with: "\\/")]
            texts += [inURL(text), inURL(text).lowercasedEscapes]
            texts += base64(text)
        }
        let lines = trimmed.split(whereSeparator: \.isNewline)
        if lines.count > 1 {
            texts += lines.map { $0.trimmingCharacters(in: .whitespaces) }
                .filter { $0.utf8.count >= shortestLine && !$0.hasPrefix("-----") }
        }
        return texts.map { Array($0.utf8) }
    }

    private static func inJSON(_ text: String) -> String {
        String(JSONValue.string(text).jsonText.dropFirst().dropLast())
    }

    private static func inURL(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? text
    }

    private static let unreserved = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")

    /// What is the same in the base64 of every text that holds this one, for each of the three places where it may start.
    private static func base64(_ text: String) -> [String] {
        (0..<3).flatMap { offset -> [String] in
            let bytes = [UInt8](repeating: 0, count: offset) + text.utf8
            // A character has 6 bits: those that hold bits of a neighbour as well are left out.
            let first = (offset * 8 + 5) / 6
            let end = bytes.count * 8 / 6
            let encoded = String(Data(bytes).base64EncodedString().prefix(end).dropFirst(first))
            guard encoded.count >= 7 else { return [] }
            return [encoded, encoded.replacing("+", with: "-").replacing("/", with: "_")]
        }
    }
}

extension String {
    /// The text with the digits of its percent escapes in lower case.
    fileprivate var lowercasedEscapes: String {
        replacing(#/%[0-9A-F]{2}/#) { $0.output.lowercased() }
    }
}
