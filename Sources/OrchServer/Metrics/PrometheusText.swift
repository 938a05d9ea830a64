/// Metrics as Prometheus reads them.
///
/// Source: <https://prometheus.io/docs/instrumenting/exposition_formats/#text-format-details>
enum PrometheusText {
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// The text of a page of metrics; one without values is left out.
    static func page(_ families: [MetricFamily]) -> String {
        var text = ""
        for family in families where !family.samples.isEmpty { write(family, to: &text) }
        return text
    }

    private static func write(_ family: MetricFamily, to text: inout String) {
        let description = family.description
        text += "# HELP \(description.name) \(escapedHelp(description.help))\n"
        text += "# TYPE \(description.name) \(description.kind.rawValue)\n"
        for sample in family.samples {
            var labels = zip(description.labels, sample.labels).map { "\($0)=\"\(escapedLabel($1))\"" }
            if let bound = sample.bound { labels.append("le=\"\(number(bound))\"") }
            let braced = labels.isEmpty ? "" : "{\(labels.joined(separator: ","))}"
            text += "\(description.name)\(sample.suffix)\(braced) \(number(sample.value))\n"
        }
    }

    /// A number in the spelling of Go's `ParseFloat`, with which Prometheus reads it.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        return "\(value)"
    }

    /// A label's value between its quotes.
    static func escapedLabel(_ text: String) -> String {
        escapedHelp(text).replacing("\"", with: "\\\"")
    }

    /// The text of a HELP line.
    static func escapedHelp(_ text: String) -> String {
        var escaped = ""
        // By scalars: a line feed that follows a carriage return is part of that one's character.
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
