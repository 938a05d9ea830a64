import Foundation

/// `openssl s_server` with certificates of an authority of its own.
final class OpenSSLServer: Sendable {
    /// Where the command is; nil where it is not installed.
    static let tool = ["/usr/bin/openssl", "/usr/local/bin/openssl"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    let folder: String
    let port: Int
    private let process: ServerProcess

    /// Starts a server whose certificate is for `localhost`; with `needsClientCertificate` it refuses clients without.
    init(needsClientCertificate: Bool = false) throws {
        folder = try Self.makeCertificates()
        var arguments = [
            "s_server", "-accept", "127.0.0.1:0", "-www", "-cert", "server.pem", "-key", "server.key", "-CAfile",
            "ca.pem",
        ]
        if needsClientCertificate { arguments += ["-Verify", "2", "-verify_return_error"] }
        process = try ServerProcess(Self.tool ?? "openssl", arguments, in: folder)
        guard let line = process.line(startingWith: "ACCEPT "), let text = line.split(separator: ":").last,
            let port = Int(text)
        else { throw Failure.didNotStart }
        self.port = port
    }

    func path(_ name: String) -> String { "\(folder)/\(name)" }

    func stop() {
        process.stop()
        try? FileManager.default.removeItem(atPath: folder)
    }

    enum Failure: Error { case command([String], Int32), didNotStart }

    /// A folder with two authorities, and certificates of the first for a server and a client.
    static func makeCertificates() throws -> String {
        let folder = "/tmp/orch-tls-\(UUID().uuidString.prefix(13))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try makeAuthority("ca", in: folder)
        try makeAuthority("other-ca", in: folder)
        try makeCertificate("server", names: "DNS:localhost", in: folder)
        try makeCertificate("client", names: "DNS:client", in: folder)
        return folder
    }

    private static func makeAuthority(_ name: String, in folder: String) throws {
        try run(
            [
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=\(name)", "-keyout",
                "\(name).key", "-out", "\(name).pem",
            ], in: folder)
    }

    private static func makeCertificate(_ name: String, names: String, in folder: String) throws {
        try run(
            [
                "req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=\(name)", "-keyout", "\(name).key", "-out",
                "\(name).csr",
            ], in: folder)
        try Data("subjectAltName=\(names)\n".utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name).ext"))
        try run(
            [
                "x509", "-req", "-in", "\(name).csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days",
                "2",
                "-extfile", "\(name).ext", "-out", "\(name).pem",
            ], in: folder)
    }

    private static func run(_ arguments: [String], in folder: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: tool ?? "openssl")
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure.command(arguments, process.terminationStatus) }
    }
}
