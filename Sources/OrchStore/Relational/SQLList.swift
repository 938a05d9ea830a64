/// Values of an `IN (…)`: their placeholders and arguments.
///
/// Few lengths, so that few statements have to be prepared; the last value fills up.
struct SQLList {
    /// `(?, ?, ?, ?)`.
    let marks: String
    let arguments: SQLArguments

    /// - Parameter values: one at least; without any, nothing matches.
    init(_ values: [any SQLBindable]) {
        var length = 1
        while length < values.count { length *= 4 }
        var bound = values.map(\.sqlValue)
        let last = bound.last ?? .null
        bound += Array(repeating: last, count: length - bound.count)
        marks = "(" + Array(repeating: "?", count: length).joined(separator: ", ") + ")"
        arguments = SQLArguments(bound)
    }
}
