import Crypto
import FoundationEssentials
import OrchModel

/// What a controller derives from its one secret: sealed values, the tokens of attempts and runs, fingerprints.
///
/// Nothing derived is stored: several controllers with one key derive the same.
struct ServerKeys: Sendable {
    private let sealing: SymmetricKey
    private let attempts: SymmetricKey
    private let runs: SymmetricKey
    private let fingerprints: SymmetricKey
    /// Tells keys apart, and nothing about this one.
    let identifier: String

    /// Keys from a file of 64 hexadecimal digits, made where it is missing.
    init(file: SecretFile) throws {
        try self.init(text: file.load { Self.randomHex() }, path: file.path)
    }

    /// Keys from what the file at `path` holds.
    init(text: Secret, path: String) throws {
        guard let bytes = Self.bytes(hex: text.reveal()), bytes.count == 32 else {
            throw OrchServerError.badKey(path: path, expected: "64 hexadecimal digits")
        }
        self.init(secret: bytes)
    }

    init(secret: [UInt8]) {
        let root = SymmetricKey(data: secret)
        func derived(_ purpose: String) -> SymmetricKey {
            HKDF<SHA256>.deriveKey(inputKeyMaterial: root, info: Data("orch \(purpose)".utf8), outputByteCount: 32)
        }
        sealing = derived("sealing")
        attempts = derived("attempt tokens")
        runs = derived("run keys")
        fingerprints = derived("fingerprints")
        identifier = derived("identifier").withUnsafeBytes { Self.hex($0.prefix(8)) }
    }

    /// 256 random bits as hexadecimal digits.
    static func randomHex() -> String {
        SymmetricKey(size: .bits256).withUnsafeBytes { hex($0) }
    }
}

extension ServerKeys {
    /// Encrypts a text (AES-GCM); only ``open(_:for:)`` with the same `purpose` reads it.
    func seal(_ text: String, for purpose: String) throws -> [UInt8] {
        let box = try AES.GCM.seal(Data(text.utf8), using: sealing, authenticating: Data(purpose.utf8))
        guard let combined = box.combined else { throw OrchServerError.sealed(purpose) }
        return Array(combined)
    }

    /// Decrypts what ``seal(_:for:)`` made.
    ///
    /// - Throws: ``OrchServerError/sealed(_:)`` where the key or the purpose is another one.
    func open(_ sealed: [UInt8], for purpose: String) throws -> String {
        do {
            let box = try AES.GCM.SealedBox(combined: sealed)
            return String(
                decoding: try AES.GCM.open(box, using: sealing, authenticating: Data(purpose.utf8)), as: UTF8.self)
        } catch is CryptoKitError {
            throw OrchServerError.sealed(purpose)
        }
    }

    /// A text that is equal for equal contents and tells nothing about them.
    func fingerprint(of text: String) -> String {
        Self.hex(HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: fingerprints))
    }
}

extension ServerKeys {
    /// The token that proves a report is about this attempt.
    func attemptToken(run: Identifier, attempt: Int) -> String {
        Self.hex(HMAC<SHA256>.authenticationCode(for: Data("\(run):\(attempt)".utf8), using: attempts))
    }

    /// Whether `token` is that attempt's, compared in constant time.
    func isAttemptToken(_ token: String, run: Identifier, attempt: Int) -> Bool {
        guard let bytes = Self.bytes(hex: token) else { return false }
        return HMAC<SHA256>.isValidAuthenticationCode(
            bytes, authenticating: Data("\(run):\(attempt)".utf8), using: attempts)
    }

    private static let runKeyPrefix = "orch_run_"

    /// `ORCH_API_KEY` of an attempt: `orch_run_<run>_<attempt>_<256 bits>`.
    func runKey(run: Identifier, attempt: Int) -> String {
        let name = "\(String("\(run)".filter { $0 != "-" }))_\(attempt)"
        let code = HMAC<SHA256>.authenticationCode(for: Data(name.utf8), using: runs)
        return "\(Self.runKeyPrefix)\(name)_\(Self.hex(code))"
    }

    /// The run and attempt that a run key is for; nil where it is not one of ours.
    func attempt(ofRunKey key: String) -> (run: Identifier, attempt: Int)? {
        guard key.hasPrefix(Self.runKeyPrefix) else { return nil }
        let parts = key.dropFirst(Self.runKeyPrefix.count).split(separator: "_", omittingEmptySubsequences: false)
        guard parts.count == 3, let code = Self.bytes(hex: String(parts[2])),
            HMAC<SHA256>.isValidAuthenticationCode(
                code, authenticating: Data("\(parts[0])_\(parts[1])".utf8), using: runs),
            let run = Identifier(String(parts[0])), let attempt = Int(parts[1])
        else { return nil }
        return (run, attempt)
    }
}

extension ServerKeys {
    static func hex(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    static func bytes(hex text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        var high: UInt8?
        for character in text {
            guard character.isASCII, let digit = character.hexDigitValue.map(UInt8.init) else { return nil }
            if let first = high {
                bytes.append(first << 4 | digit)
                high = nil
            } else {
                high = digit
            }
        }
        return high == nil ? bytes : nil
    }
}
