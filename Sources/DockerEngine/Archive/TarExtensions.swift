/// What entries before an entry say about it: GNU long names, and the records of pax.
struct TarExtensions {
    /// Long name, long link, pax record of the next entry, pax record of all.
    static let types: Set<UInt8> = [UInt8(ascii: "L"), UInt8(ascii: "K"), UInt8(ascii: "x"), UInt8(ascii: "g")]

    private(set) var size: Int64?
    private var path: String?
    private var link: String?

    mutating func take(_ type: UInt8, _ content: ArraySlice<UInt8>) throws(DockerError) {
        switch type {
        case UInt8(ascii: "L"): path = String(decoding: content.prefix { $0 != 0 }, as: UTF8.self)
        case UInt8(ascii: "K"): link = String(decoding: content.prefix { $0 != 0 }, as: UTF8.self)
        case UInt8(ascii: "x"): try takeRecords(content)
        default: break
        }
    }

    mutating func apply(to entry: inout TarArchive.Entry) {
        if let path { entry.path = path }
        if let link, case .symlink = entry.kind { entry.kind = .symlink(link) }
        self = TarExtensions()
    }

    /// Reads records of the form `length key=value`, each with a newline.
    private mutating func takeRecords(_ content: ArraySlice<UInt8>) throws(DockerError) {
        var rest = content
        while !rest.isEmpty {
            guard
                let space = rest.firstIndex(of: 0x20),
                let length = Int(String(decoding: rest[..<space], as: UTF8.self)),
                length > space - rest.startIndex + 1, length <= rest.count
            else { throw .malformedArchive(reason: "an extended header is damaged") }
            let record = String(decoding: rest[(space + 1)..<(rest.startIndex + length - 1)], as: UTF8.self)
            rest = rest.dropFirst(length)
            guard let equals = record.firstIndex(of: "=") else { continue }
            let value = String(record[record.index(after: equals)...])
            switch record[..<equals] {
            case "path": path = value
            case "linkpath": link = value
            case "size": size = Int64(value).flatMap { $0 < 0 ? nil : $0 }
            default: break
            }
        }
    }
}
