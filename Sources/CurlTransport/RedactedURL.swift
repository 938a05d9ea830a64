/// A URL fit for messages: no user info, no query values, no fragment.
struct RedactedURL: CustomStringConvertible {
    let description: String

    init(_ url: String) {
        let bare = URLAddress.withoutUserInfo(url)
        let beforeFragment = bare.prefix { $0 != "#" }
        guard let mark = beforeFragment.firstIndex(of: "?") else {
            description = String(beforeFragment)
            return
        }
        let items = beforeFragment[beforeFragment.index(after: mark)...].split(separator: "&").map { item in
            guard let equals = item.firstIndex(of: "=") else { return "…" }
            return "\(item[..<equals])=…"
        }
        description = "\(beforeFragment[..<mark])?\(items.joined(separator: "&"))"
    }
}
