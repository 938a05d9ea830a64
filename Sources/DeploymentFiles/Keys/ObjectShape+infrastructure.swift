import OrchModel

extension ObjectShape {
    /// An infrastructure: a type, a block, and fields that are different here. The fields are those of the blocks themselves.
    static let infrastructure: ObjectShape = {
        var keys = [
            KeyShape("type", .choice(["docker", "docker-container", "process"]), "Defaults to docker."),
            KeyShape(
                "block", .text, "The name of the block whose fields are taken; defaults to default where there is one."),
        ]
        for slug in blockTypes {
            for field in BlockType.named(slug)?.fields ?? [] where !keys.contains(where: { $0.name == field.name }) {
                keys.append(
                    KeyShape(field.name, ValueShape(field), field.help, otherNames: otherNames[field.name] ?? []))
            }
        }
        let names = Set(keys.map(\.name))
        return ObjectShape(
            name: "an infrastructure", keys: keys, foreign: foreignToBlocks.filter { !names.contains($0.name) })
    }()

    /// What may be different from a block, for one deployment or one run.
    static let overrides: ObjectShape = {
        var shape = infrastructure
        shape.name = "infrastructure"
        shape.keys.removeAll { $0.name == "type" || $0.name == "block" }
        return shape
    }()

    /// What Prefect's workers call fields.
    private static let otherNames = ["memory": ["mem_limit"], "memory_swap": ["memswap_limit"]]

    /// The types of block that say how a run is started.
    static let blockTypes = ["docker-container", "process"]

    private static let foreignToBlocks = [
        ForeignKey("block_type_slug", "the type of the block", here: "type says it"),
        ForeignKey("_block_type_slug", "the type of the block", here: "type says it"),
        ForeignKey("_block_document_id", "the block's identifier", here: "blocks are known by their names: say block"),
        ForeignKey("_block_document_name", "the block's name", here: "say block"),
        ForeignKey(
            "_is_anonymous", "whether the block is of this deployment alone", here: "fields that stand here always are"),
        ForeignKey("name", "the container's name", here: "a container is called by its run and attempt"),
        ForeignKey(
            "image_registry", "who pulls the image",
            here: "a docker-registry-credentials block, which the docker-container block names in registry_credentials"),
        ForeignKey("stream_output", "whether output is shown by the agent", here: "every line is kept with the run"),
        ForeignKey("privileged", "whether a container may do everything to its host", here: "none may"),
        ForeignKey(
            "container_create_kwargs", "anything else for the engine", here: "what there is has a field of its own"),
        ForeignKey("working_dir", "the folder of a process", here: "each attempt has a folder of its own"),
    ]
}

extension ValueShape {
    /// What a field of a block may be.
    init(_ field: BlockType.Field) {
        switch field.kind {
        case .string, .secret, .block: self = .text
        case .integer: self = .whole(Int64.min...Int64.max)
        case .number: self = .number(-Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude)
        case .boolean: self = .flag
        case .secretObject: self = .any
        case .strings: self = field.name == "command" ? .oneOrList(.text) : .list(.text)
        case .stringMap: self = .mapOrNothing(.text)
        case .choice(let words):
            self =
                words.contains("always") && words.contains("never") && field.name == "auto_remove"
                ? .flagOrChoice(onTrue: "always", onFalse: "never", words) : .choice(words)
        }
    }
}
