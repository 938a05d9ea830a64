import OrchModel

extension EntryReader {
    mutating func readInfrastructure(into entry: inout DeploymentEntry) {
        var fields = values["infrastructure"]?.objectValue ?? [:]
        let type = fields.removeValue(forKey: "type")?.stringValue
        entry.infrastructureType = type == "docker-container" ? "docker" : type
        if let short = type, !["docker", "docker-container", "process"].contains(short) {
            readShort(short, into: &entry)
        }
        entry.infrastructureBlock = fields.removeValue(forKey: "block")?.stringValue ?? entry.infrastructureBlock
        if let image = fields.removeValue(forKey: "image")?.stringValue {
            take(image, into: &entry, "infrastructure.image")
        }
        entry.overrides = fields
        for given in [values["infra_overrides"], values["work_pool"]?["job_variables"]] {
            for (name, value) in given?.objectValue ?? [:] {
                // That of a job wins over what the deployment says else.
                if name == "image", let image = value.stringValue {
                    entry.image = image
                } else {
                    entry.overrides[name] = value
                }
            }
        }
    }

    /// `docker/BLOCK`, as on the command line.
    private mutating func readShort(_ text: String, into entry: inout DeploymentEntry) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        if parts.count == 2, parts[0] == "docker" || parts[0] == "process", !parts[1].isEmpty {
            (entry.infrastructureType, entry.infrastructureBlock) = (parts[0], parts[1])
        } else {
            refuse(
                "infrastructure",
                "expected docker, process, or one of them with a block as in docker/BLOCK, got \(Shown.quoted(text))")
        }
    }

    private mutating func take(_ image: String, into entry: inout DeploymentEntry, _ path: String) {
        if let other = entry.image, other != image {
            refuse(path, "says \(Shown.quoted(image)), and image says \(Shown.quoted(other)): leave one of them out")
        }
        entry.image = image
    }
}
