/// The rules for names in Cloud Storage, checked before anything is sent.
enum CloudStorageName {
    /// See [bucket names](https://cloud.google.com/storage/docs/buckets#naming).
    static func checkBucket(_ name: String) throws {
        let rule =
            "3 to 63 lower-case letters, digits, dashes, underscores and dots, with a letter or digit at both "
            + "ends (222 where dots part them into pieces of at most 63)"
        let isAllowed = name.utf8.allSatisfy {
            isLetterOrDigit($0) || [UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ".")].contains($0)
        }
        let pieces = name.split(separator: ".", omittingEmptySubsequences: false)
        guard isAllowed, (3...222).contains(name.utf8.count), let first = name.utf8.first, let last = name.utf8.last,
            isLetterOrDigit(first), isLetterOrDigit(last), pieces.allSatisfy({ (1...63).contains($0.utf8.count) })
        else { throw GoogleCloudError.invalidName(kind: "bucket", name: name, rule: rule) }
    }

    /// See [object names](https://cloud.google.com/storage/docs/objects#naming).
    static func checkObject(_ name: String) throws {
        let rule = "1 to 1024 bytes of UTF-8 without line breaks, and neither “.” nor “..”"
        guard (1...1024).contains(name.utf8.count), name != ".", name != "..",
            !name.utf8.contains(where: { $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: "\n") })
        else { throw GoogleCloudError.invalidName(kind: "object", name: name, rule: rule) }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
