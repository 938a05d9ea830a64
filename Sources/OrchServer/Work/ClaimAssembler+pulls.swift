import OrchModel
import OrchStore

extension ClaimAssembler {
    /// A question as its agent gets it: with how the image may be pulled, where the question names an infrastructure.
    ///
    /// Without the block that it names there is no telling, and nothing is pulled.
    func equipped(_ task: AgentTask) async throws -> AgentTask {
        guard case .describeImage(_, let infrastructure?) = task.question, infrastructure.kind == .docker else {
            return task
        }
        if let key = infrastructure.blockKey, try await store.block(key) == nil { return task }
        let (block, _, login) = try await container(infrastructure, isNew: false)
        var task = task
        task.pull = ImagePull(block, login: login)
        return task
    }
}
