import Orch
import OrchETL

extension AssetRecord {
    /// The record of an object that was written to a lake.
    init(_ asset: LakeAsset) {
        self.init(
            namespace: asset.lake, dataset: asset.dataset, uri: asset.uri, version: asset.version,
            schemaVersion: asset.schemaVersion,
            schema: asset.columns.map { Column(name: $0.name, type: $0.type) }, rows: asset.facts.rows,
            bytes: asset.bytes, sha256: asset.sha256, source: asset.facts.source,
            sourceSHA256: asset.facts.sourceSHA256, fileMonth: asset.facts.month?.description)
    }
}
