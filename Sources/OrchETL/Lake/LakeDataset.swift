public import FoundationEssentials

/// What a lake remembers of a dataset: its columns, and how they came to be. Kept as `_datasets/<dataset>.json`.
///
/// It says nothing of single objects: those carry their facts in their own metadata.
public struct LakeDataset: Sendable, Hashable, Codable {
    /// A column and what its values are: `int64`, `int32`, `double`, `text`, `timestamp`, `date` or `bool`.
    public struct Column: Sendable, Hashable, Codable {
        /// Its name.
        public var name: String
        /// Its type.
        public var type: String

        /// A column of that name and type.
        public init(name: String, type: String) {
            self.name = name
            self.type = type
        }
    }

    /// A column whose values became something else.
    public struct Retyping: Sendable, Hashable, Codable {
        /// Its name.
        public var name: String
        /// What its values were.
        public var from: String
        /// What they are.
        public var to: String
    }

    /// One version of the schema: what changed with it, when, and by whom.
    public struct Version: Sendable, Hashable, Codable {
        /// Its number, from 1.
        public var version: Int
        /// When it began.
        public var at: Date
        /// The run that brought it; nil where none is known.
        public var run: String?
        /// The object that brought it, by its name within the lake.
        public var object: String
        /// Columns that came; of the first version, all.
        public var added: [Column]
        /// Columns that went.
        public var removed: [Column]
        /// Columns of another type than before.
        public var retyped: [Retyping]
    }

    /// The version of this form.
    public static let format = 1
    /// Versions of the schema that are remembered at most; older ones are forgotten.
    public static let longestHistory = 100

    /// The version of the form that this was written in.
    public var format: Int
    /// The dataset's name.
    public var dataset: String
    /// The number of the present schema, from 1.
    public var schemaVersion: Int
    /// The present columns, in order.
    public var columns: [Column]
    /// The versions of the schema, newest first.
    public var history: [Version]
}
