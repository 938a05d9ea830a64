/// What is wrong with a page; whoever knows the page's place makes a `ParquetReadError` of it.
enum PageDecodeError: Error, Equatable {
    case malformed(expected: String, got: String)
    /// The values are written in a way that their type does not allow or this reader does not know.
    case unsupported(String)
    case tooLarge(what: String, size: Int, limit: Int)
    /// Counts the texts of the page from 0.
    case notUTF8(value: Int)
    case outOfRange

    /// The bytes of a page end before its values do.
    static var tooShort: PageDecodeError {
        .malformed(expected: "as many values as the page's head says", got: "an early end of the page")
    }
}
