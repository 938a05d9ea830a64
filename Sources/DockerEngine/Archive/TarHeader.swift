/// The block of 512 bytes before each entry: fixed fields, numbers in octal.
enum TarHeader {
    static let blockSize = 512

    /// Bytes that fill the last block of a file.
    static func padding(after size: Int64) -> Int {
        (blockSize - Int(size % Int64(blockSize))) % blockSize
    }

    /// - Throws: `unarchivable`.
    static func encode(_ entry: TarArchive.Entry, size: Int64) throws(DockerError) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: blockSize)
        func put(_ text: some Sequence<UInt8>, at offset: Int) {
            for (index, byte) in text.enumerated() { block[offset + index] = byte }
        }
        func number(_ value: Int64, at offset: Int, width: Int, of name: String) throws(DockerError) {
            let digits = String(value, radix: 8)
            guard value >= 0, digits.count < width else {
                throw .unarchivable(path: entry.path, reason: "its \(name) of \(value) does not fit")
            }
            put((String(repeating: "0", count: width - 1 - digits.count) + digits).utf8, at: offset)
        }
        var path = entry.path
        if entry.kind == .directory, !path.hasSuffix("/") { path += "/" }
        let (prefix, name) = try split(path)
        put(name, at: 0)
        put(prefix, at: 345)
        try number(Int64(entry.mode), at: 100, width: 8, of: "mode")
        try number(Int64(entry.uid), at: 108, width: 8, of: "owner")
        try number(Int64(entry.gid), at: 116, width: 8, of: "group")
        try number(size, at: 124, width: 12, of: "size")
        try number(entry.modified, at: 136, width: 12, of: "time")
        switch entry.kind {
        case .file: block[156] = UInt8(ascii: "0")
        case .directory: block[156] = UInt8(ascii: "5")
        case .symlink(let target):
            guard target.utf8.count <= 100 else {
                throw .unarchivable(path: entry.path, reason: "its target is longer than 100 bytes")
            }
            block[156] = UInt8(ascii: "2")
            put(target.utf8, at: 157)
        case .other:
            throw .unarchivable(path: entry.path, reason: "only files, folders and symbolic links are written")
        }
        put("ustar\u{0}00".utf8, at: 257)
        try number(Int64(checksum(block)), at: 148, width: 7, of: "checksum")
        block[155] = 0x20
        return block
    }

    /// The entry without its content, its type and its size.
    ///
    /// - Throws: `malformedArchive`.
    static func decode(
        _ block: [UInt8]
    ) throws(DockerError) -> (entry: TarArchive.Entry, type: UInt8, size: Int64) {
        guard try number(block, 148, 8) == Int64(checksum(block)) else {
            throw .malformedArchive(reason: "the checksum of a header is wrong")
        }
        let prefix = text(block, 345, 155)
        let isPOSIX = text(block, 257, 6) == "ustar"
        let name = text(block, 0, 100)
        var entry = TarArchive.Entry(path: isPOSIX && !prefix.isEmpty ? "\(prefix)/\(name)" : name)
        switch block[156] {
        case 0, UInt8(ascii: "0"), UInt8(ascii: "7"): entry.kind = .file
        case UInt8(ascii: "5"): entry.kind = .directory
        case UInt8(ascii: "2"): entry.kind = .symlink(text(block, 157, 100))
        default: entry.kind = .other
        }
        entry.mode = Int(try number(block, 100, 8))
        entry.uid = Int(try number(block, 108, 8))
        entry.gid = Int(try number(block, 116, 8))
        entry.modified = try number(block, 136, 12)
        return (entry, block[156], try number(block, 124, 12))
    }

    /// The sum of all bytes, those of the checksum itself taken as spaces.
    private static func checksum(_ block: [UInt8]) -> Int {
        block.enumerated().reduce(0) { $0 + ((148..<156).contains($1.offset) ? 0x20 : Int($1.element)) }
    }

    /// A path of up to 100 bytes is a name; a longer one is split at a slash, with up to 155 bytes before it.
    private static func split(_ path: String) throws(DockerError) -> (
        prefix: ArraySlice<UInt8>, name: ArraySlice<UInt8>
    ) {
        let bytes = Array(path.utf8)
        guard !bytes.isEmpty, !bytes.contains(0) else { throw .unarchivable(path: path, reason: "it is no path") }
        if bytes.count <= 100 { return ([], bytes[...]) }
        let slash = bytes.indices.dropLast().first { index in
            bytes[index] == UInt8(ascii: "/") && index > 0 && index <= 155 && bytes.count - index - 1 <= 100
        }
        guard let slash else { throw .unarchivable(path: path, reason: "the path is too long") }
        return (bytes[..<slash], bytes[(slash + 1)...])
    }

    private static func text(_ block: [UInt8], _ offset: Int, _ width: Int) -> String {
        String(decoding: block[offset..<offset + width].prefix { $0 != 0 }, as: UTF8.self)
    }

    /// Octal digits, or with the highest bit set a binary number, as GNU tar writes large ones.
    private static func number(_ block: [UInt8], _ offset: Int, _ width: Int) throws(DockerError) -> Int64 {
        let field = block[offset..<offset + width]
        if let first = field.first, first & 0x80 != 0 {
            guard first == 0x80, field.dropFirst().prefix(width - 8).allSatisfy({ $0 == 0 }) else {
                throw .malformedArchive(reason: "a number is too large")
            }
            let value = field.suffix(7).reduce(Int64(0)) { $0 << 8 | Int64($1) }
            return value
        }
        let digits = field.drop { $0 == 0x20 }.prefix { $0 != 0x20 && $0 != 0 }
        guard let value = Int64("0" + String(decoding: digits, as: UTF8.self), radix: 8) else {
            throw .malformedArchive(reason: "a number is not octal")
        }
        return value
    }
}
