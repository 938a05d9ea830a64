#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// What can go wrong between a source and a sink. No case holds a credential; addresses come without user, password
/// and query.
@nonexhaustive public enum ETLError: Error, Sendable {
    /// A file that holds no rows; what was loaded before stays.
    case noRows(file: String)
    /// A file none of whose rows is left: they could not be read, or had no passengers; what was loaded before stays.
    /// `rejects` is the place of what says why, where that was asked for.
    case nothingLeft(file: String, rejected: Int, dropped: Int, rejects: String?)
    /// A file none of whose rows says when its trip began; what was loaded before stays.
    case noTimes(file: String, column: String, rows: Int)
    /// A file of another colour's trips, or of no trips at all; `lacking` are columns that the expected colour requires.
    case anotherColor(file: String, expected: TaxiColor, found: TaxiColor?, lacking: [String])
    /// A file more than half of whose rows are of one other month, as `2020-07`; what was loaded before stays.
    case anotherMonth(file: String, expected: FileMonth, found: String, rows: Int, of: Int)
    /// A file differs from what is declared in ways that the policy `fail` refuses; each a sentence.
    case drift(file: String, findings: [String])
    /// A month's file that holds rows of other months' files; what was loaded before stays.
    case wrongMonth(file: String, month: String, rows: Int64)
    /// There is no such month, or none with files.
    case invalidMonth(year: Int, month: Int)
    /// An address is neither http, https nor file.
    case invalidAddress(String, expected: String)
    /// The source answers 404, or the file is not there.
    case sourceNotFound(String)
    /// The source answers 410: the file was there once.
    case sourceGone(String)
    /// The source answers 401 or 403.
    case sourceForbidden(String, status: Int)
    /// The source answers with another status than 200.
    case sourceStatus(String, status: Int)
    /// The source answers 429 or 503, and may say how long to wait.
    case sourceBusy(String, status: Int, retryAfter: Duration?)
    /// The source packed its answer in a way that cannot be undone.
    case sourceEncoding(String, encoding: String)
    /// The source sent a file without a byte in it.
    case sourceIsEmpty(String)
    /// The source's bytes are not those of a whole file of the kind that its name says.
    case sourceIncomplete(String, expected: String, got: String)
    /// The source sent a page or another kind of file; `start` is how it begins.
    case sourceIsNoData(String, found: String, start: String)
    /// The transfer itself failed.
    case transfer(String, cause: any Error)
    /// The transfer failed in the middle; where `isKept`, the next download to the same path goes on from there.
    case interrupted(String, received: Int64, total: Int64?, isKept: Bool, cause: any Error)
    /// The source sent another number of bytes than it announced.
    case wrongLength(String, expected: Int64, got: Int64)
    /// A file's bytes are damaged or of another kind than its name says; `cause` says where and what.
    case unreadable(file: String, cause: any Error)
    /// A file of this machine cannot be used; `code` is the errno.
    case file(path: String, operation: String, code: Int32)
    /// What is read would be replaced by what is written.
    case sourceIsTarget(path: String)
    /// Rows and rejects would go into one file.
    case sameTarget(path: String)
    /// A name that a file shall have is that of a folder, a device or the like.
    case notRegular(path: String)
    /// The system refuses another thread; `code` is the errno.
    case noThread(code: Int32)
    /// A Parquet file could not be written.
    case unwritable(file: String, cause: any Error)
    /// The table is there, with other columns than the data; nothing was changed.
    case tableShape(table: String, differences: [String])
    /// Others kept the table, or the turn to load it, for longer than we wait; nothing was changed.
    case tableBusy(table: String, holders: [String], waited: Duration)
    /// A table or schema cannot have the name; nothing was read or changed.
    case invalidTableName(String, expected: String)
    /// The name is that of something that is no table.
    case notATable(String)
    /// An object's name would lead out of the lake.
    case invalidObject(String)
    /// The lake does not hold the object.
    case objectNotFound(String)
    /// An object of a lake is not what a condition says it is, or others change it all the time.
    case objectChanged(String)
    /// A dataset's name would lead out of its folder, or is one that a lake keeps for itself.
    case invalidDataset(String)
    /// An object's name is not in the folder of its dataset, or is one that a lake keeps for itself.
    case objectOutside(String, dataset: String)
    /// A file's columns break the schema that its dataset has in a lake; `isWritten` where the object is there already.
    case schemaBreak(dataset: String, lake: String, version: Int, differences: [String], isWritten: Bool)
}

extension ETLError {
    /// Whether the same call may succeed a little later.
    public var isTransient: Bool {
        switch self {
        case .sourceStatus(_, let status): status == 408 || status == 429 || status >= 500
        case .sourceBusy: true
        case .transfer(_, let cause), .interrupted(_, _, _, _, let cause): TransientFailure.isTransient(cause)
        // What arrived is not what was sent: another try may bring it whole.
        case .wrongLength: true
        case .tableBusy: true
        default: false
        }
    }

    /// How long the source asks to be left alone, where it said so.
    public var retryAfter: Duration? {
        switch self {
        case .sourceBusy(_, _, let wait): wait
        case .interrupted(_, _, _, _, let cause): (cause as? ETLError)?.retryAfter
        default: nil
        }
    }
}

extension ETLError: CustomStringConvertible {
    /// What failed, where, what was expected and got, and what to do.
    public var description: String {
        switch self {
        case .noRows(let file):
            "\(file) holds no rows. Expected a month of trips; what was loaded before stays as it is. Check the source."
        case .nothingLeft(let file, let rejected, let dropped, let rejects):
            "Nothing is left of the \(rejected + dropped) rows of \(file): "
                + [
                    rejected > 0 ? "\(rejected) could not be read and were rejected" : nil,
                    dropped > 0 ? "\(dropped) had no passengers and were dropped" : nil,
                ].compactMap(\.self).joined(separator: ", ") + ". What was loaded before stays as it is. "
                + (rejected == 0
                    ? "Check the source."
                    : rejects.map { "What is wrong with them stands in \($0)." }
                        ?? "Name a file of rejects to see what is wrong with each.")
        case .noTimes(let file, let column, let rows):
            "None of the \(rows) rows of \(file) has a time in \(column), so that none is a trip of a month. What was "
                + "loaded before stays as it is. Check the source."
        case .wrongMonth(let file, let month, let rows):
            "\(file) holds \(rows) rows whose file_month is not \(month). What was loaded before stays as it is. Was "
                + "another month's file put in its place?"
        case .anotherColor(let file, let expected, let found, let lacking):
            "Expected \(expected.rawValue) trips in \(file), got "
                + (found.map { "a header of \($0.rawValue) trips" } ?? "a header of none of the colours")
                + (lacking.isEmpty ? "" : "; it lacks \(lacking.joined(separator: ", "))") + ". "
                + (found.map { "Load it as \($0.rawValue), or check the source." } ?? "Check the source.")
        case .anotherMonth(let file, let expected, let found, let rows, let all):
            "Expected trips of \(expected) in \(file), got a file of \(found): \(rows) of its \(all) rows are of that "
                + "month. What was loaded before stays as it is. Pass \(found) as year and month, or choose the drift "
                + "policy warn (drift=warn) to take it as \(expected) all the same."
        case .drift(let file, let findings):
            "\(file) differs from what is declared: \(findings.joined(separator: " ")) Nothing was loaded. Choose the "
                + "drift policy warn or evolve to load it all the same."
        case .invalidMonth(let year, let month):
            "Expected a month from 1 to 12 of a year from 2009 on, got month \(month) of \(year)."
        case .invalidAddress(let address, let expected):
            "Expected \(expected), got \"\(address)\"."
        case .sourceNotFound(let url):
            "The source has no file at \(url). Is the month published, and the address spelled right?"
        case .sourceGone(let url):
            "The source had a file at \(url) and has removed it for good (status 410). Look for its new address."
        case .sourceForbidden(let url, status: 401):
            "The source wants to know who asks for \(url) (status 401). Are a user and password or a token needed, "
                + "or out of date?"
        case .sourceForbidden(let url, let status):
            "The source refuses \(url) (status \(status)). Storage services answer so for absent files too."
        case .sourceStatus(let url, let status) where status >= 500:
            "The source failed to send \(url) (status \(status)). The fault is on its side; try again later."
        case .sourceBusy(let url, let status, let wait):
            "The source takes no more requests for \(url) now (status \(status)). "
                + (wait.map { "It asks to be left alone for \($0.components.seconds) s." } ?? "Try again later.")
        case .sourceEncoding(let url, let encoding):
            "Expected the bytes of \(url) as they are, or packed with gzip; got the encoding \(encoding)."
        case .sourceIsEmpty(let url):
            "Expected data from \(url), got a file without a byte in it. Was it published too early?"
        case .sourceIncomplete(let url, let expected, let got):
            "Expected \(expected) from \(url), got \(got). The file at the source is damaged, or is not what its name "
                + "says."
        case .sourceStatus(let url, let status):
            "Expected status 200 from \(url), got \(status)."
        case .sourceIsNoData(let url, let found, let start):
            "Expected data from \(url), got \(found). It begins: \(start)"
        case .transfer(let url, let cause):
            "Downloading \(url) failed: \(cause)"
        case .interrupted(let url, let received, let total, let isKept, let cause):
            "Downloading \(url) broke off after \(received) \(total.map { "of \($0) " } ?? "")bytes. "
                + "\(isKept ? "What came is kept; the next try goes on from there" : "The next try starts over"). "
                + "The cause: \(cause)"
        case .wrongLength(let url, let expected, let got):
            "Expected \(expected) bytes from \(url), got \(got). The download was cut; try again."
        case .unreadable(let file, let cause):
            "\(file) cannot be read. \(cause)"
        case .file(let path, let operation, let code) where code == ENOSPC || code == EDQUOT:
            "Cannot \(operation) \(path): \(String(cString: strerror(code))). Free some space, or choose a folder on "
                + "another disk."
        case .file(let path, let operation, let code):
            "Cannot \(operation) \(path): \(String(cString: strerror(code)))."
        case .sourceIsTarget(let path):
            "\(path) would be read and replaced at once. Write to another file."
        case .sameTarget(let path):
            "\(path) would hold both the rows and those that are rejected. Name two files."
        case .notRegular(let path):
            "\(path) is a folder, a device or another special file, and is not replaced. Choose the name of a file."
        case .noThread(let code):
            "The system refuses another thread: \(String(cString: strerror(code))). Is a limit on processes reached?"
        case .unwritable(let file, let cause):
            "\(file) cannot be written. \(cause)"
        case .tableShape(let table, let differences):
            "Table \(table) has other columns than the data: \(differences.joined(separator: "; ")). Nothing was "
                + "changed. Choose another table, or rename or drop this one yourself."
        case .tableBusy(let table, let holders, let waited):
            "\(table) was in use for \(waited.components.seconds) s, longer than a load waits. It is held by "
                + "\(holders.isEmpty ? "nobody any more" : holders.joined(separator: "; ")). Nothing was changed; end "
                + "that, or try again."
        case .invalidTableName(let name, let expected):
            "Expected \(expected), got \"\(name)\"."
        case .notATable(let name):
            "\(name) is no table. Choose another name."
        case .invalidObject(let name):
            "\"\(name)\" cannot name an object of a lake: expected parts between single slashes, none of them . or .."
        case .objectChanged(let uri):
            "\(uri) has been changed by another writer. Nothing was written there. Look at it, and try again."
        case .invalidDataset(let name):
            "\"\(name)\" cannot name a dataset of a lake: expected one part without slashes that begins with neither _ "
                + "nor a dot."
        case .objectOutside(let object, let dataset):
            "\"\(object)\" cannot be an object of the dataset \(dataset): expected a name below data/\(dataset)/ that "
                + "the lake does not keep for itself."
        case .schemaBreak(let dataset, let lake, let version, let differences, let isWritten):
            "The file does not fit the dataset \(dataset) of \(lake), whose schema is at version \(version): "
                + "\(differences.joined(separator: "; ")). "
                + (isWritten
                    ? "Another run changed the schema meanwhile; the object is written already. "
                    : "Nothing was written. ")
                + "Write a file with the dataset's columns, or change the schema on purpose with evolution "
                + "\(SchemaEvolution.replace.rawValue)."
        case .objectNotFound(let uri):
            "The lake has no \(uri). Was this month written to it?"
        }
    }
}
