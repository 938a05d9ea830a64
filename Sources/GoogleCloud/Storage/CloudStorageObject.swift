/// An object, as Cloud Storage describes it.
///
/// Maps to the [object resource](https://cloud.google.com/storage/docs/json_api/v1/objects#resource).
package struct CloudStorageObject: Sendable, Hashable, Decodable {
    /// The bucket's name.
    package let bucket: String
    /// The object's name, slashes included.
    package let name: String
    /// Bytes.
    package let size: Int64
    /// Changes with every write of the name.
    package let generation: Int64
    /// CRC32C of the content, base64; nil where an emulator keeps none.
    package let crc32c: String?
    /// The media type.
    package let contentType: String?
    /// When it was last changed, RFC 3339, as sent.
    package let updated: String?

    private enum CodingKeys: String, CodingKey {
        case bucket, name, size, generation, crc32c, contentType, updated
    }

    /// Decodes the resource; 64-bit numbers come as strings.
    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        bucket = try fields.decode(String.self, forKey: .bucket)
        name = try fields.decode(String.self, forKey: .name)
        size = try fields.decode(TextualInt64.self, forKey: .size).value
        generation = try fields.decode(TextualInt64.self, forKey: .generation).value
        crc32c = try fields.decodeIfPresent(String.self, forKey: .crc32c)
        contentType = try fields.decodeIfPresent(String.self, forKey: .contentType)
        updated = try fields.decodeIfPresent(String.self, forKey: .updated)
    }

    /// `gs://bucket/name`.
    package var uri: String { "gs://\(bucket)/\(name)" }
}

/// A bucket, as Cloud Storage describes it.
///
/// Maps to the [bucket resource](https://cloud.google.com/storage/docs/json_api/v1/buckets#resource).
package struct CloudStorageBucket: Sendable, Hashable, Decodable {
    /// The name, unique in all of Google Cloud.
    package let name: String
    /// Such as `US` or `EUROPE-WEST1`.
    package let location: String?
}

/// A page of a listing.
struct CloudStorageObjectPage: Decodable {
    let items: [CloudStorageObject]?
    let nextPageToken: String?
}
