/// Header fields as libcurl takes them, and the heads it delivers.
enum HeaderLine {
    /// False where a field would break out of its line.
    static func isSendable(_ field: HTTPHeaders.Field) -> Bool {
        let isToken = !field.name.isEmpty && field.name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x3A }
        return isToken && field.value.utf8.allSatisfy { $0 != 0x0D && $0 != 0x0A && $0 != 0 }
    }

    /// libcurl drops a field written `Name:`; `Name;` sends it with no value
    /// (https://curl.se/libcurl/c/CURLOPT_HTTPHEADER.html).
    static func text(_ field: HTTPHeaders.Field) -> String {
        field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)"
    }
}

/// Puts the lines that libcurl delivers together to the head of the final response.
struct HeadAssembler {
    private var head: HTTPResponseHead?
    private var isComplete = false

    /// Takes one line with its line end and returns the head at the blank line that ends it. Interim responses (1xx)
    /// and trailers are passed over.
    mutating func take(_ bytes: UnsafeRawBufferPointer) -> HTTPResponseHead? {
        guard !isComplete else { return nil }
        let line = String(decoding: bytes, as: UTF8.self).trimmed
        if line.isEmpty {
            guard let finished = head, finished.status >= 200 || finished.status == 101 else { return nil }
            isComplete = true
            return finished
        }
        if line.hasPrefix("HTTP/") {
            let parts = line.dropFirst(5).split(separator: " ", maxSplits: 2)
            guard parts.count >= 2, let status = Int(parts[1]) else { return nil }
            head = HTTPResponseHead(status: status, headers: HTTPHeaders(), httpVersion: String(parts[0]))
        } else if let colon = line.firstIndex(of: ":") {
            head?.headers.add(String(line[..<colon]), String(line[line.index(after: colon)...]).trimmed)
        }
        return nil
    }
}

extension String {
    fileprivate var trimmed: String {
        let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\r\n" || $0 == "\n" || $0 == "\r" }
        guard let first = firstIndex(where: { !isSpace($0) }), let last = lastIndex(where: { !isSpace($0) }) else {
            return ""
        }
        return String(self[first...last])
    }
}
