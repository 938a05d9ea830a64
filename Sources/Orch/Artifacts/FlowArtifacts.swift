public import FoundationEssentials

extension FlowContext {
    /// Makes artifacts: things to look at that are kept with the run, found by `orch artifact`.
    ///
    /// ```swift
    /// try context.artifacts.markdown(key: "load-report", "# July\n\n71,974 rows loaded.", description: "What was loaded.")
    /// try context.artifacts.table(key: "rows-by-day", rows: days)
    /// try context.artifacts.link(key: "dashboard", "https://bi.example.org/trips", text: "The dashboard")
    /// ```
    ///
    /// Each one that is made under a key is a version of it. Inside a task it belongs to that task's run.
    public var artifacts: FlowArtifacts { FlowArtifacts(context: self) }
}

/// Makes artifacts of a run.
public struct FlowArtifacts: Sendable {
    let context: FlowContext

    /// Makes a text in Markdown. What is beyond 256 KiB is cut, and the text says so.
    ///
    /// - Parameters:
    ///   - key: the name it is found by: letters, digits, `-`, `_` and `.`, at most 100.
    ///   - text: the text.
    ///   - description: what it shows, in a sentence. Defaults to nothing.
    /// - Throws: ``OrchError/invalidArtifact(key:reason:)`` where the key cannot be used.
    public func markdown(key: String, _ text: String, description: String = "") throws {
        try report(key, ArtifactContent.fitting(markdown: text), description)
    }

    /// Makes a table of rows that encode as objects. Rows beyond 256 KiB are left out, and their number is told.
    ///
    /// - Parameters:
    ///   - key: the name it is found by.
    ///   - rows: the rows: structures, or dictionaries.
    ///   - columns: the columns in their order; others are left out. Defaults to the members of the first row as they are
    ///     declared, and then those of other rows; of dictionaries by their names.
    ///   - description: what it shows, in a sentence. Defaults to nothing.
    /// - Throws: ``OrchError/invalidArtifact(key:reason:)`` where the key cannot be used, or a row is no object; what a row's
    ///   encoding throws.
    public func table<Row: Encodable>(
        key: String, rows: some Sequence<Row>, columns: [String]? = nil, description: String = ""
    ) throws {
        var objects: [[String: JSONValue]] = []
        var declared: [String] = []
        for row in rows {
            guard let object = try JSONValue(encoding: row).objectValue else {
                throw OrchError.invalidArtifact(key: key, reason: "a row of a table encodes as an object")
            }
            if objects.isEmpty { declared = Mirror(reflecting: row).children.compactMap(\.label) }
            objects.append(object)
        }
        let names = columns ?? Self.columns(of: objects, declared: declared)
        try report(key, ArtifactContent.fitting(columns: names, objects), description)
    }

    /// Makes a link. Its user, password and whatever may be a credential in its query are hidden.
    ///
    /// - Parameters:
    ///   - key: the name it is found by.
    ///   - url: the address, with its scheme: http, https, gs, s3, ftp, sftp or file.
    ///   - text: what people read in its place. Defaults to the address.
    ///   - description: what it shows, in a sentence. Defaults to nothing.
    /// - Throws: ``OrchError/invalidArtifact(key:reason:)`` where the key or the address cannot be used.
    public func link(key: String, _ url: String, text: String = "", description: String = "") throws {
        try report(key, .link(url: try Self.shown(url, key), text: ReportedText.message(text)), description)
    }

    /// Makes an image that is elsewhere; see ``link(key:_:text:description:)`` for its address.
    public func image(key: String, _ url: String, description: String = "") throws {
        try report(key, .imageAddress(try Self.shown(url, key)), description)
    }

    /// Makes an image of its bytes: PNG, JPEG, GIF or WebP, as they begin.
    ///
    /// - Throws: ``OrchError/invalidArtifact(key:reason:)`` where the key cannot be used, the bytes are none of these, or there
    ///   are more than 192 KiB of them, as an image cannot be cut.
    public func image(key: String, data: Data, description: String = "") throws {
        guard let mediaType = Self.mediaType(of: data) else {
            throw OrchError.invalidArtifact(key: key, reason: "expected the bytes of a PNG, JPEG, GIF or WebP image")
        }
        let most = ArtifactLimits.contentBytes / 4 * 3
        guard data.count <= most else {
            let reason =
                "the image has \(data.count) bytes, and \(most) are kept at most: store it elsewhere and link it"
            throw OrchError.invalidArtifact(key: key, reason: reason)
        }
        try report(key, .image(mediaType: mediaType, base64: data.base64EncodedString()), description)
    }

    private func report(_ key: String, _ content: ArtifactContent, _ description: String) throws {
        guard ArtifactLimits.isKey(key) else {
            let reason = "a key is 1 to \(ArtifactLimits.keyLength) letters, digits, \"-\", \"_\" and \".\""
            throw OrchError.invalidArtifact(key: String(key.prefix(ArtifactLimits.keyLength)), reason: reason)
        }
        context.services.reporter.report(
            .artifact(
                .init(
                    key: key, type: content.type, data: content.data,
                    description: ReportedText.cut(description, to: ArtifactLimits.descriptionBytes),
                    taskRun: TaskScope.current?.taskRun, flowRun: context.childRun)))
    }

    private static func shown(_ url: String, _ key: String) throws -> String {
        guard let shown = ArtifactContent.shownAddress(url) else {
            throw OrchError.invalidArtifact(
                key: key, reason: "expected an address such as https://host/path, without blanks, of 4096 bytes at most"
            )
        }
        return shown
    }

    private static func columns(of rows: [[String: JSONValue]], declared: [String]) -> [String] {
        let all = Set(rows.flatMap(\.keys))
        let first = declared.filter(all.contains)
        return first + all.subtracting(first).sorted()
    }

    private static func mediaType(of data: Data) -> String? {
        let bytes = Array(data.prefix(12))
        func begins(_ start: [UInt8], at offset: Int = 0) -> Bool { bytes.dropFirst(offset).starts(with: start) }
        if begins([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) { return "image/png" }
        if begins([0xFF, 0xD8, 0xFF]) { return "image/jpeg" }
        if begins(Array("GIF8".utf8)) { return "image/gif" }
        return begins(Array("RIFF".utf8)) && begins(Array("WEBP".utf8), at: 8) ? "image/webp" : nil
    }
}
