import FoundationEssentials

/// How to log in to a registry for one pull. Printing it shows the registry alone.
package struct RegistryCredentials: Sendable, Hashable {
    /// The user's name.
    package var username: String
    /// The password or token.
    package var password: String
    /// The registry, such as `registry.example.org`.
    package var serverAddress: String

    /// Credentials.
    package init(username: String, password: String, serverAddress: String) {
        self.username = username
        self.password = password
        self.serverAddress = serverAddress
    }

    /// The value of `X-Registry-Auth`: JSON in URL-safe base64
    /// (https://docs.docker.com/reference/api/engine/version/v1.41/#section/Authentication).
    func header() throws(DockerError) -> String {
        let fields = ["username": username, "password": password, "serveraddress": serverAddress]
        return Data(try DockerJSON.encode(fields)).base64EncodedString()
            .replacing("+", with: "-").replacing("/", with: "_")
    }
}

extension RegistryCredentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The registry, without user and password.
    package var description: String { "credentials for \(serverAddress): <redacted>" }

    /// The same as `description`.
    package var debugDescription: String { description }

    /// The registry alone.
    package var customMirror: Mirror {
        Mirror(self, children: ["serverAddress": serverAddress], displayStyle: .struct)
    }
}
