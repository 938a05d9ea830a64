package import OrchModel

/// The name of a block: `gcs-bucket/zoom-gcs`.
package struct BlockKey: Hashable, Sendable, CustomStringConvertible {
    package var type: String
    package var name: String

    package init(type: String, name: String) {
        self.type = type
        self.name = name
    }

    package var description: String { "\(type)/\(name)" }
}

/// A block as it is kept: its document encrypted, what the store must know beside it.
package struct StoredBlock: Hashable, Sendable {
    package var key: BlockKey
    /// The document, encrypted.
    package var sealed: [UInt8]
    /// The environment variable that carries it, which no other block may have.
    package var variable: String
    /// The blocks it refers to.
    package var references: [BlockKey]
    package var updatedAt: Timestamp

    package init(key: BlockKey, sealed: [UInt8], variable: String, references: [BlockKey], updatedAt: Timestamp) {
        self.key = key
        self.sealed = sealed
        self.variable = variable
        self.references = references
        self.updatedAt = updatedAt
    }
}
