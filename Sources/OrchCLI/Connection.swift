import ArgumentParser
import CurlTransport
import FoundationEssentials
import OrchClient
import OrchModel

/// Which controller a command talks to.
struct Connection: ParsableArguments {
    @Option(help: "The profile to use instead of the chosen one (\"orch profile ls\").")
    var profile: String?

    @Option(
        name: .customLong("api-url"),
        help: "The controller's address, instead of a profile's. Defaults to $ORCH_API_URL.")
    var apiURL: String?

    @Option(name: .customLong("token-file"), help: "A file whose first line is the token, instead of a profile's.")
    var tokenFile: String?

    /// Where a controller is, the token for it, and where that came from, in words.
    struct Endpoint {
        var url: String
        var token: Secret
        var tokenOrigin: String
    }

    /// A client of the controller: options first, then the environment, then the profile.
    func client() throws -> OrchClient {
        let endpoint = try endpoint()
        return OrchClient(
            url: endpoint.url, token: endpoint.token, tokenOrigin: endpoint.tokenOrigin,
            http: HTTPClient(configuration: .unlimitedConnections))
    }

    /// The address and the token that the options, the environment and the profiles come to.
    func endpoint(
        environment: [String: String] = ProcessInfo.processInfo.environment, folder: ProfileFolder = ProfileFolder()
    ) throws -> Endpoint {
        let saved = try folder.load(profile)
        if let profile, saved == nil {
            let names = folder.names()
            throw Message(
                .usage,
                "there is no profile \(profile); profiles: \(names.isEmpty ? "none" : names.joined(separator: ", "))")
        }
        let fromEnvironment = profile == nil ? environment["ORCH_API_URL"].flatMap { $0.isEmpty ? nil : $0 } : nil
        guard let url = apiURL ?? fromEnvironment ?? saved?.url else {
            throw Message(
                .unreachable,
                """
                no controller is known here. Start one with "orch up", or "docker compose up" and scripts/install, \
                or name one: orch profile create NAME --url http://HOST:4200 --token-stdin
                """)
        }
        if let tokenFile {
            return Endpoint(
                url: url, token: try Profile.readToken(from: tokenFile), tokenOrigin: "--token-file \(tokenFile)")
        }
        if profile == nil, let key = environment["ORCH_API_KEY"], !key.isEmpty {
            return Endpoint(url: url, token: Secret(key), tokenOrigin: "$ORCH_API_KEY")
        }
        if profile == nil, let path = environment["ORCH_API_KEY_FILE"], !path.isEmpty {
            return Endpoint(
                url: url, token: try Profile.readToken(from: path), tokenOrigin: "$ORCH_API_KEY_FILE, \(path)")
        }
        guard let saved, OrchClient.base(of: saved.url) == OrchClient.base(of: url) else {
            throw Message(
                .unreachable,
                "no token for \(OrchClient.withoutUserInfo(url)): a profile's token goes to its own address alone. Give "
                    + "--token-file FILE, or set ORCH_API_KEY or ORCH_API_KEY_FILE"
            )
        }
        let file = saved.token == nil ? saved.tokenFile.map { ", \($0)" } ?? "" : ""
        return Endpoint(url: url, token: try saved.readToken(), tokenOrigin: "the profile \(saved.name)\(file)")
    }
}
