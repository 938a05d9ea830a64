/// The names of the environment variables that carry blocks into a container.
public enum BlockEnvironment {
    /// `ORCH_BLOCK_GCS_BUCKET_ZOOM_GCS` for `gcs-bucket` and `zoom-gcs`: upper case, anything else `_`.
    public static func variable(type: String, name: String) -> String {
        "ORCH_BLOCK_\(folded(type))_\(folded(name))"
    }

    /// Whether a name may be given to a block: letters, digits, `-`, `_` and `.`, not longer than 100.
    public static func isValid(name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 100
            && name.utf8.allSatisfy {
                isAlphanumeric($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: ".")
            }
    }

    private static func folded(_ text: String) -> String {
        String(decoding: text.uppercased().utf8.map { isAlphanumeric($0) ? $0 : UInt8(ascii: "_") }, as: UTF8.self)
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }
}
