import ArgumentParser
import OrchModel

/// How much of a list is shown, the newest first, and what is said where there is more.
struct ListCut {
    /// How many are shown at most, 1 to 1000.
    var limit: Int
    /// What shows further ones, beside a greater limit; nil = nothing.
    var further: String?

    /// The API gives so many at once.
    private static let most = 1000

    /// - Throws: a usage message where the limit is none.
    func check() throws {
        guard (1...Self.most).contains(limit) else {
            throw ValidationError("--limit: expected 1 to \(Self.most), got \(limit)")
        }
    }

    /// How many are asked for: one more than is shown tells whether there are more.
    var asked: Int { min(limit + 1, Self.most) }

    /// What is said of so many that were found; nil where all are shown.
    func remark(found: Int) -> String? {
        let others = further.map { ", \($0) the next ones" } ?? ""
        if found > limit { return "The first \(limit) are shown; --limit shows more\(others).\n" }
        guard found == Self.most else { return nil }
        return
            "The first \(limit) are shown; there may be more\(further.map { ": \($0) shows the next ones" } ?? "").\n"
    }
}

extension Output {
    /// Shows the beginning of a list, and says on standard error where there is more.
    func show<Element: Encodable>(_ found: [Element], _ cut: ListCut, table: ([Element]) -> String) throws {
        try show(Array(found.prefix(cut.limit)), table: table)
        if let remark = cut.remark(found: found.count) { FileHandles.writeError(remark) }
    }
}
