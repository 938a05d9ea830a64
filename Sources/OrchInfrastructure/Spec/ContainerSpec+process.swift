import OrchModel

extension ContainerSpec {
    /// The process of a claimed run: a container without walls.
    ///
    /// The deployment's image is the program; its command's first word, which names the program inside an image, stands
    /// for it in the arguments alone.
    static func process(
        _ block: ProcessBlock, of claimed: ClaimedRun, settings: LaunchSettings
    ) throws(InfrastructureError) -> ContainerSpec {
        guard !claimed.image.isEmpty else {
            throw .invalidField("image", value: "", expected: "the whole path of a program of the agent's host")
        }
        var spec = ContainerSpec.inert(name: claimed.containerName, image: claimed.image)
        spec.command = [claimed.image] + claimed.command.dropFirst()
        spec.labels = try labels(of: claimed, agent: settings.agent)
        spec.environment = try environment(of: claimed, apiURL: settings.processAPIURL ?? claimed.apiURL)
        spec.workingDirectory = block.workingDirectory
        spec.removePolicy = claimed.container.autoRemove ?? .always
        let grace = try whole(claimed.container.stopGraceSeconds, 0...86_400, "stop_grace_seconds")
        spec.stopGrace = .seconds(grace ?? defaultStopGrace)
        return spec
    }
}
