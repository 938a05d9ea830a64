/// Files in the ustar format of POSIX.1-1988
/// (https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13_06), held in memory.
package struct TarArchive: Sendable, Hashable {
    /// One file, folder or symbolic link.
    package struct Entry: Sendable, Hashable {
        /// What it is.
        package enum Kind: Sendable, Hashable {
            case file, directory
            /// A link to the path.
            case symlink(String)
            /// A device, a hard link, a pipe; only read, with nothing but its path.
            case other
        }

        /// The path below the folder that the archive is unpacked in.
        package var path: String
        /// What it is. Defaults to a file.
        package var kind: Kind
        /// The content of a file.
        package var bytes: [UInt8]
        /// Permissions. Defaults to 0644.
        package var mode: Int
        /// The owner's number. Defaults to 0.
        package var uid: Int
        /// The group's number. Defaults to 0.
        package var gid: Int
        /// Seconds since 1970. Defaults to 0.
        package var modified: Int64

        /// An entry.
        package init(
            path: String, kind: Kind = .file, bytes: [UInt8] = [], mode: Int = 0o644, uid: Int = 0, gid: Int = 0,
            modified: Int64 = 0
        ) {
            self.path = path
            self.kind = kind
            self.bytes = bytes
            self.mode = mode
            self.uid = uid
            self.gid = gid
            self.modified = modified
        }
    }

    /// What is in it, in order.
    package var entries: [Entry]

    /// An archive of `entries`.
    package init(_ entries: [Entry]) {
        self.entries = entries
    }

    /// The archive's bytes.
    ///
    /// - Throws: `DockerError.unarchivable` for a path of more than 255 bytes that cannot be split, and for a file of
    ///   8 GiB or more.
    package func encoded() throws(DockerError) -> [UInt8] {
        var archive: [UInt8] = []
        for entry in entries {
            let size = entry.kind == .file ? entry.bytes.count : 0
            archive += try TarHeader.encode(entry, size: Int64(size))
            guard size > 0 else { continue }
            archive += entry.bytes
            archive += [UInt8](repeating: 0, count: TarHeader.padding(after: Int64(size)))
        }
        return archive + [UInt8](repeating: 0, count: 2 * TarHeader.blockSize)
    }

    /// Reads an archive, also with the long names and sizes of GNU tar and of pax.
    ///
    /// - Throws: `DockerError.malformedArchive`.
    package init(decoding bytes: [UInt8]) throws(DockerError) {
        entries = []
        var position = 0
        var extensions = TarExtensions()
        while position + TarHeader.blockSize <= bytes.count {
            let header = bytes[position..<position + TarHeader.blockSize]
            guard header.contains(where: { $0 != 0 }) else { return }
            var (entry, type, size) = try TarHeader.decode(Array(header))
            position += TarHeader.blockSize
            let isExtension = TarExtensions.types.contains(type)
            if !isExtension { size = extensions.size ?? size }
            guard size <= Int64(bytes.count - position) else {
                throw .malformedArchive(reason: "\(entry.path) is cut off")
            }
            let content = bytes[position..<position + Int(size)]
            position += Int(size) + TarHeader.padding(after: size)
            if isExtension {
                try extensions.take(type, content)
                continue
            }
            extensions.apply(to: &entry)
            if entry.kind == .file { entry.bytes = Array(content) }
            entries.append(entry)
        }
        throw .malformedArchive(reason: "it ends without an end mark")
    }
}
