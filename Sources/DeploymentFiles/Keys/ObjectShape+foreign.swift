extension ObjectShape {
    /// Keys of Prefect's deployments that have no meaning here.
    static let foreignToDeployments = [
        ForeignKey("manifest_path", "a file that lists the flow's code", here: "the image holds the code"),
        ForeignKey(
            "storage", "where the flow's code is fetched from",
            here: "the image holds the code; see source for files from git"),
        ForeignKey("path", "the folder of the flow's code", here: "the image holds the code"),
        ForeignKey("timestamp", "when the file was written", here: "each version has the time when it was saved"),
        ForeignKey("triggers", "events that start runs", here: "nothing starts runs but schedules and people"),
        ForeignKey("work_pool_name", "the pool whose workers run it", here: noPools),
        ForeignKey("version_type", "where the version's name comes from", here: "version is taken as it is written"),
        ForeignKey("build", "steps before the deployment is saved", here: noSteps),
        ForeignKey("push", "steps that store the code", here: noSteps),
        ForeignKey(
            "pull", "steps that fetch the code before each run",
            here: "the image holds the code; see source for files from git"),
        ForeignKey("id", "the deployment's identifier", here: "a deployment is known by its flow and name"),
        ForeignKey("created", "when it was made", here: "orch keeps the time itself"),
        ForeignKey("updated", "when it was changed", here: "orch keeps the time itself"),
        ForeignKey("infrastructure_document_id", "the block's identifier", here: "say infrastructure: {block: NAME}"),
        ForeignKey("storage_document_id", "the storage block's identifier", here: "the image holds the code"),
    ]
}
