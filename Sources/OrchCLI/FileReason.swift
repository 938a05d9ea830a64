import FoundationEssentials

/// Why a file could not be read or written, in words; Foundation's own texts are codes and dictionaries.
struct FileReason: CustomStringConvertible {
    var description: String

    init(_ error: any Error) {
        guard let error = error as? CocoaError else {
            description = "\(error)"
            return
        }
        description =
            switch error.code {
            case .fileNoSuchFile, .fileReadNoSuchFile: "there is no such file or folder"
            case .fileReadNoPermission, .fileWriteNoPermission: "permission denied"
            case .fileWriteVolumeReadOnly: "it is on a file system that is read-only"
            case .fileWriteOutOfSpace: "there is no space left"
            case .fileReadInvalidFileName, .fileWriteInvalidFileName: "its name cannot be one of a file"
            default: "the system refuses (Cocoa error \(error.code.rawValue))"
            }
    }
}
