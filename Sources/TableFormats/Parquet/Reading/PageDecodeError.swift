/// What is wrong with a page; whoever knows the page's place makes a `ParquetReadError` of it.
enum PageDecodeError: Error, Equatable {
    case malformed(expected: String, got: String)
    /// The values are written in a way that their type does not allow or this reader does not know.
    case unsupported(String)
    case tooLarge(what: String, size: Int, limit: Int)

    /// The bytes of a page end before its values do.
    static var tooShort: PageDecodeError {
        .malformed(expected: "as many values as the page's head says", got: "an early end of the page")
    }
}
