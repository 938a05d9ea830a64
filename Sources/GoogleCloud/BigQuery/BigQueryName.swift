/// The rules for names in BigQuery, checked before anything is sent.
enum BigQueryName {
    private static let limit = 1024

    /// See [naming datasets](https://cloud.google.com/bigquery/docs/datasets#dataset-naming).
    static func checkDataset(_ name: String) throws(GoogleCloudError) {
        guard (1...limit).contains(name.utf8.count), name.utf8.allSatisfy({ isWord($0) }) else {
            let better = String(name.map { $0 == "-" || $0 == "." || $0 == " " ? "_" : $0 })
            let hint = better != name && better.utf8.allSatisfy { isWord($0) } ? "; “\(better)” would do" : ""
            let rule = "1 to 1024 letters, digits and underscores; a dash is not allowed\(hint)"
            throw .invalidName(kind: "BigQuery dataset", name: name, rule: rule)
        }
    }

    /// See [naming tables](https://cloud.google.com/bigquery/docs/tables#table_naming).
    static func checkTable(_ name: String) throws(GoogleCloudError) {
        let parts = name.split(separator: "$", maxSplits: 1, omittingEmptySubsequences: false)
        let partition = parts.count == 2 ? parts[1] : nil
        let isPartition = partition.map { !$0.isEmpty && $0.utf8.allSatisfy { isWord($0) } } ?? true
        guard let table = parts.first, (1...limit).contains(table.utf8.count), isPartition,
            table.unicodeScalars.allSatisfy({ isTableScalar($0) })
        else {
            let rule =
                "1 to 1024 bytes of letters, marks, digits, underscores, dashes and spaces, and as a destination "
                + "“$” with a partition"
            throw .invalidName(kind: "BigQuery table", name: name, rule: rule)
        }
    }

    /// See [job ids](https://cloud.google.com/bigquery/docs/running-jobs#generate-jobid).
    static func checkJob(_ name: String) throws(GoogleCloudError) {
        guard (1...limit).contains(name.utf8.count), name.utf8.allSatisfy({ isWord($0) || $0 == UInt8(ascii: "-") })
        else {
            let rule = "1 to 1024 letters, digits, underscores and dashes"
            throw .invalidName(kind: "BigQuery job", name: name, rule: rule)
        }
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default:
            false
        }
    }

    /// Categories L, M, N, Pc, Pd and Zs.
    private static func isTableScalar(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
            .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .letterNumber, .otherNumber,
            .connectorPunctuation, .dashPunctuation, .spaceSeparator:
            true
        default:
            false
        }
    }
}
