import ArgumentParser
import OrchClient
import OrchModel

/// `orch version`.
struct Version: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version",
        abstract: "Shows the version here, and the controller's where one answers.")

    @OptionGroup var connection: Connection
    @OptionGroup var output: Output

    private struct Versions: Encodable {
        var orch: String
        var protocolVersion: Int
        var server: ServerVersion?
        var serverURL: String?
        var problem: String?
    }

    func run() async throws {
        var versions = Versions(orch: OrchVersion.current, protocolVersion: ImageDescription.protocolVersion)
        do {
            versions.serverURL = try connection.endpoint().url
            versions.server = try await connection.client().version()
        } catch {
            versions.problem = "\(error)"
        }
        try output.show(versions) { versions in
            Table.facts([
                ("orch", versions.orch),
                ("protocol", "\(versions.protocolVersion)"),
                ("server", versions.server.map { "\($0.version) at \(versions.serverURL ?? "")" } ?? versions.problem),
            ])
        }
    }
}
