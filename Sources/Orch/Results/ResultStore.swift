/// Where results are kept that are too large to travel as values: a folder that all containers share, or a bucket.
///
/// It keeps bytes under keys that are made of their content, so that the same key always means the same bytes, and to keep
/// them again changes nothing.
public protocol ResultStore: Sendable {
    /// What it is, for people: `folder /results`. Never holds a secret.
    var name: String { get }

    /// Keeps bytes. They are all there when it returns, or none of them are.
    ///
    /// - Parameters:
    ///   - bytes: what is kept.
    ///   - key: letters, digits, `-`, `_`, `.` and `/`; relative.
    /// - Throws: where they could not be kept.
    func put(_ bytes: [UInt8], as key: String) async throws

    /// The bytes that are kept.
    ///
    /// - Parameters:
    ///   - key: what they are known by.
    ///   - limit: how many are read at most: one more than there should be.
    /// - Throws: where there are none, or they cannot be read.
    func get(_ key: String, upTo limit: Int) async throws -> [UInt8]
}
