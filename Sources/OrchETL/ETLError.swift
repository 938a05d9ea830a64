#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// What can go wrong between a source and a sink. No case holds a credential; addresses come without user, password
/// and query.
@nonexhaustive public enum ETLError: Error, Sendable {
    /// A file that holds a header and no rows; what was loaded before stays.
    case noRows(file: String)
    /// There is no such month, or none with files.
    case invalidMonth(year: Int, month: Int)
    /// An address is neither http, https nor file.
    case invalidAddress(String, expected: String)
    /// The source answers 404 or 410, or the file is not there.
    case sourceNotFound(String)
    /// The source answers 401 or 403.
    case sourceForbidden(String, status: Int)
    /// The source answers with another status than 200.
    case sourceStatus(String, status: Int)
    /// The source sent a page or another kind of file; `start` is how it begins.
    case sourceIsNoData(String, found: String, start: String)
    /// The transfer itself failed.
    case transfer(String, cause: any Error)
    /// The source sent another number of bytes than it announced.
    case wrongLength(String, expected: Int64, got: Int64)
    /// A file's bytes are damaged or of another kind than its name says; `cause` says where and what.
    case unreadable(file: String, cause: any Error)
    /// A file of this machine cannot be used; `code` is the errno.
    case file(path: String, operation: String, code: Int32)
    /// The system refuses another thread; `code` is the errno.
    case noThread(code: Int32)
    /// A Parquet file could not be written.
    case unwritable(file: String, cause: any Error)
    /// The table is there, with other columns than the data; nothing was changed.
    case tableShape(table: String, differences: [String])
    /// The name is that of something that is no table.
    case notATable(String)
    /// An object's name would lead out of the lake.
    case invalidObject(String)
    /// The lake does not hold the object.
    case objectNotFound(String)
}

extension ETLError {
    /// Whether the same call may succeed a little later.
    public var isTransient: Bool {
        switch self {
        case .sourceStatus(_, let status): status == 408 || status == 429 || status >= 500
        case .transfer(_, let cause): TransientFailure.isTransient(cause)
        // What arrived is not what was sent: another try may bring it whole.
        case .wrongLength: true
        default: false
        }
    }
}

extension ETLError: CustomStringConvertible {
    /// What failed, where, what was expected and got, and what to do.
    public var description: String {
        switch self {
        case .noRows(let file):
            "\(file) holds a header and no rows. Expected a month of trips; what was loaded before stays as it is. "
                + "Check the source"
        case .invalidMonth(let year, let month):
            "Expected a month from 1 to 12 of a year from 2009 on, got month \(month) of \(year)."
        case .invalidAddress(let address, let expected):
            "Expected \(expected), got \"\(address)\"."
        case .sourceNotFound(let url):
            "The source has no file at \(url). Is the month published, and the address spelled right?"
        case .sourceForbidden(let url, let status):
            "The source refuses \(url) (status \(status)). Storage services answer so for absent files too."
        case .sourceStatus(let url, let status):
            "Expected status 200 from \(url), got \(status)."
        case .sourceIsNoData(let url, let found, let start):
            "Expected data from \(url), got \(found). It begins: \(start)"
        case .transfer(let url, let cause):
            "Downloading \(url) failed: \(cause)"
        case .wrongLength(let url, let expected, let got):
            "Expected \(expected) bytes from \(url), got \(got). The download was cut; try again."
        case .unreadable(let file, let cause):
            "\(file) cannot be read. \(cause)"
        case .file(let path, let operation, let code):
            "Cannot \(operation) \(path): \(String(cString: strerror(code)))."
        case .noThread(let code):
            "The system refuses another thread: \(String(cString: strerror(code))). Is a limit on processes reached?"
        case .unwritable(let file, let cause):
            "\(file) cannot be written. \(cause)"
        case .tableShape(let table, let differences):
            "Table \(table) has other columns than the data: \(differences.joined(separator: "; ")). Nothing was "
                + "changed. Choose another table, or rename or drop this one yourself."
        case .notATable(let name):
            "\(name) is no table. Choose another name."
        case .invalidObject(let name):
            "\"\(name)\" cannot name an object of a lake: expected parts between single slashes, none of them . or .."
        case .objectNotFound(let uri):
            "The lake has no \(uri). Was this month written to it?"
        }
    }
}
