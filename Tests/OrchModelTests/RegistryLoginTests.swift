import OrchModel
import Testing

struct RegistryLoginTests {
    @Test(arguments: [
        ("taxi", "docker.io"), ("team/taxi:1", "docker.io"), ("docker.io/team/taxi", "docker.io"),
        ("index.docker.io/team/taxi", "docker.io"), ("localhost/taxi", "localhost"), ("reg:5000/taxi:1", "reg:5000"),
        ("Reg.example.org/team/taxi@sha256:ab", "reg.example.org"), ("127.0.0.1:5000/taxi", "127.0.0.1:5000"),
    ])
    func tellsWhereAnImageComesFrom(image: String, registry: String) {
        #expect(RegistryLogin.registry(of: image) == registry)
    }

    @Test(arguments: [
        ("reg.example.org", "reg.example.org/taxi", true),
        ("https://reg.example.org/v2/", "reg.example.org/taxi", true),
        ("https://index.docker.io/v1/", "team/taxi", true), ("docker.io", "docker.io/team/taxi", true),
        ("reg.example.org", "taxi", false), ("reg.example.org", "reg.example.org:5000/taxi", false),
        ("reg.example.org", "reg.example.org.evil.test/taxi", false), ("", "taxi", false),
    ])
    func isForOneRegistry(address: String, image: String, covers: Bool) {
        let login = RegistryLogin(registry: address, username: "me", password: "canary")
        #expect(login.covers(image: image) == covers)
    }

    @Test func isShownWithoutItsPassword() {
        let login = RegistryLogin(registry: "reg.example.org", username: "me", password: "canary")
        var dumped = ""
        dump(login, to: &dumped)
        #expect("\(login)" == "me at reg.example.org")
        #expect(!dumped.contains("canary") && !String(reflecting: login).contains("canary"))
    }
}
