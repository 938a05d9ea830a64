import OrchModel

/// Looks for blocks that a deployment names and nobody has saved.
struct BlockLookup {
    var blocks: [BlockDocument]

    init(_ blocks: [BlockDocument]) {
        self.blocks = blocks
    }

    /// The infrastructure's block, without which no run starts.
    func problems(_ request: DeploymentRequest) -> [DeploymentMaker.Remark] {
        guard let kind = request.infrastructure.kind, let name = request.infrastructure.block else { return [] }
        return missing(type: kind.blockType, name: name).map {
            [DeploymentMaker.Remark(path: "infrastructure.block", message: $0)]
        } ?? []
    }

    /// Blocks that parameters name: they may be saved until a run needs them.
    func warnings(_ request: DeploymentRequest) -> [DeploymentMaker.Remark] {
        request.blocks.compactMap { reference in
            guard let parameter = reference.parameter, case .string(let name)? = request.parameters[parameter],
                !name.contains("://"), !name.contains("{{"), !name.isEmpty,
                let message = missing(type: reference.type, name: name)
            else { return nil }
            return DeploymentMaker.Remark(
                path: "parameters.\(parameter)", message: "parameter \"\(parameter)\": \(message)")
        }
    }

    private func missing(type: String, name: String) -> String? {
        let names = blocks.filter { $0.type == type }.map(\.name)
        guard !names.contains(name) else { return nil }
        let nearest = NearestName.nearest(to: name, in: names, limit: 1).first
        return "there is no block \(type)/\(name): "
            + (nearest.map { "did you mean \($0)?" } ?? "create it with `orch block create \(type) \(name)`")
    }
}
