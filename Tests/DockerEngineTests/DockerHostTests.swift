import DockerEngine
import Testing

struct DockerHostTests {
    @Test(arguments: [
        (environment: [:], host: DockerHost.unix(path: "/var/run/docker.sock")),
        (["DOCKER_HOST": ""], .local),
        (["DOCKER_HOST": "unix:///run/user/1000/docker.sock"], .unix(path: "/run/user/1000/docker.sock")),
        (["DOCKER_HOST": "tcp://build:1234"], .tcp(host: "build", port: 1_234)),
        (["DOCKER_HOST": "tcp://build/"], .tcp(host: "build", port: 2_375)),
        (["DOCKER_HOST": "tcp://:99"], .tcp(host: "localhost", port: 99)),
        (["DOCKER_HOST": "tcp://[::1]:99"], .tcp(host: "[::1]", port: 99)),
        (["DOCKER_HOST": "tcp://[::1]"], .tcp(host: "[::1]", port: 2_375)),
        (
            ["DOCKER_HOST": "tcp://build", "DOCKER_TLS_VERIFY": "1", "HOME": "/home/me"],
            .tls(host: "build", port: 2_376, certificates: "/home/me/.docker")
        ),
        (
            ["DOCKER_HOST": "tcp://build:9", "DOCKER_CERT_PATH": "/certs"],
            .tls(host: "build", port: 9, certificates: "/certs")
        ),
        (["DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": "/certs"], .local),
    ])
    func readsTheEnvironment(environment: [String: String], host: DockerHost) throws {
        #expect(try DockerHost.fromEnvironment(environment) == host)
    }

    @Test(arguments: [
        "build:2375", "unix://docker.sock", "ssh://me@build", "npipe:////./pipe/docker", "tcp://build:0",
        "tcp://build:x",
        "tcp://build:70000", "tcp://build/path", "tcp://me@build:1", "fd://",
    ])
    func refusesOthers(address: String) {
        let error = #expect(throws: DockerError.self) { try DockerHost(address) }
        guard case .invalidHost(address, let reason) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(!reason.isEmpty)
    }

    @Test func describesItselfAsDockerWritesIt() {
        #expect("\(DockerHost.local)" == "unix:///var/run/docker.sock")
        #expect("\(DockerHost.tls(host: "b", port: 2, certificates: "/c"))" == "tcp://b:2")
    }
}
