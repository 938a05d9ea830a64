import FoundationEssentials

/// Where a Docker daemon listens.
package enum DockerHost: Sendable, Hashable {
    /// A unix socket.
    case unix(path: String)
    /// Plain HTTP; whoever can reach the port owns the machine behind it.
    case tcp(host: String, port: Int)
    /// HTTPS with client certificates: `ca.pem`, `cert.pem` and `key.pem` in `certificates`.
    case tls(host: String, port: Int, certificates: String)

    /// The daemon of this machine: `unix:///var/run/docker.sock`.
    package static let local = DockerHost.unix(path: "/var/run/docker.sock")

    /// The daemon that the docker command would talk to by `DOCKER_HOST`, `DOCKER_TLS_VERIFY` and `DOCKER_CERT_PATH`
    /// (https://docs.docker.com/reference/cli/docker/#environment-variables).
    ///
    /// Certificates are always verified: with `DOCKER_CERT_PATH` alone as well, where the docker command does not.
    /// - Parameter environment: Defaults to the process's own.
    /// - Throws: `DockerError.invalidHost`.
    package static func fromEnvironment(
        _ environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(DockerError) -> DockerHost {
        func value(_ name: String) -> String? {
            environment[name].flatMap { $0.isEmpty ? nil : $0 }
        }
        let usesTLS = value("DOCKER_TLS_VERIFY") != nil || value("DOCKER_CERT_PATH") != nil
        let folder = value("DOCKER_CERT_PATH") ?? (value("HOME") ?? "/root") + "/.docker"
        return try DockerHost(value("DOCKER_HOST") ?? "\(local)", certificates: usesTLS ? folder : nil)
    }

    /// Parses an address such as `unix:///run/docker.sock` or `tcp://build:2376`.
    ///
    /// - Parameter certificates: the folder of PEM files that makes `tcp` speak TLS. Defaults to nil.
    /// - Throws: `DockerError.invalidHost`.
    package init(_ address: String, certificates: String? = nil) throws(DockerError) {
        guard let mark = address.firstRange(of: "://") else {
            throw .invalidHost(address, reason: "expected unix:///path or tcp://host:port")
        }
        let rest = address[mark.upperBound...]
        switch address[..<mark.lowerBound] {
        case "unix":
            guard rest.hasPrefix("/") else {
                throw .invalidHost(address, reason: "expected an absolute path after unix://")
            }
            self = .unix(path: String(rest))
        case "tcp":
            let (host, port) = try Self.hostAndPort(rest, of: address)
            self =
                certificates.map { .tls(host: host, port: port ?? 2_376, certificates: $0) }
                ?? .tcp(host: host, port: port ?? 2_375)
        case "ssh":
            throw .invalidHost(
                address,
                reason: "SSH is not spoken here; forward the socket (ssh -L /tmp/docker.sock:/var/run/docker.sock) "
                    + "and use unix:///tmp/docker.sock")
        case let scheme:
            throw .invalidHost(address, reason: "\(scheme):// is not supported; use unix:///path or tcp://host:port")
        }
    }

    private static func hostAndPort(_ text: Substring, of address: String) throws(DockerError) -> (String, Int?) {
        let authority = text.hasSuffix("/") ? text.dropLast() : text
        guard !authority.contains(where: { "/?#@ ".contains($0) }) else {
            throw .invalidHost(address, reason: "expected nothing but tcp://host:port")
        }
        let hostEnd = authority.hasPrefix("[") ? authority.firstIndex(of: "]").map(authority.index(after:)) : nil
        let colon = authority[(hostEnd ?? authority.startIndex)...].firstIndex(of: ":")
        let host = authority[..<(colon ?? authority.endIndex)]
        guard let colon else { return (host.isEmpty ? "localhost" : String(host), nil) }
        guard let port = Int(authority[authority.index(after: colon)...]), (1...65_535).contains(port) else {
            throw .invalidHost(address, reason: "expected a port from 1 to 65535")
        }
        return (host.isEmpty ? "localhost" : String(host), port)
    }
}

extension DockerHost: CustomStringConvertible {
    /// The address as `DOCKER_HOST` takes it.
    package var description: String {
        switch self {
        case .unix(let path): "unix://\(path)"
        case .tcp(let host, let port), .tls(let host, let port, _): "tcp://\(host):\(port)"
        }
    }
}
