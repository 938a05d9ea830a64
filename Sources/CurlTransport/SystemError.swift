import Glibc

/// The system's word for an error number.
enum SystemError {
    /// Such as "Permission denied (errno 13)".
    static func text(_ code: Int32) -> String {
        guard let words = strerror(code) else { return "errno \(code)" }
        return "\(String(cString: words)) (errno \(code))"
    }
}
