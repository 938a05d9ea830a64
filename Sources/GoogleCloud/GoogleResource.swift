/// What a request is about, for errors, and what right it needs.
struct GoogleResource: Sendable, Hashable {
    /// Such as `object gs://lake/data/a.parquet`.
    let name: String
    /// The smallest predefined role that allows the call, and on what.
    let role: String
}

extension GoogleResource {
    static func object(_ object: String, in bucket: String, writing: Bool) -> GoogleResource {
        let role =
            writing
            ? "Storage Object Admin (roles/storage.objectAdmin)"
            : "Storage Object Viewer (roles/storage.objectViewer)"
        return GoogleResource(name: "object gs://\(bucket)/\(object)", role: "\(role) on bucket \(bucket)")
    }

    static func objects(of bucket: String) -> GoogleResource {
        let role = "Storage Object Viewer (roles/storage.objectViewer) on bucket \(bucket)"
        return GoogleResource(name: "bucket \(bucket)", role: role)
    }

    static func bucket(_ bucket: String) -> GoogleResource {
        let advice = "bucket names are shared by all of Google Cloud: if the bucket is not yours, take another name"
        return GoogleResource(
            name: "bucket \(bucket)",
            role: "Storage Admin (roles/storage.admin) on the project (\(advice))"
        )
    }

    static func dataset(_ dataset: String, in project: String) -> GoogleResource {
        GoogleResource(
            name: "dataset \(project).\(dataset)",
            role: "BigQuery Data Editor (roles/bigquery.dataEditor) on project \(project)"
        )
    }

    static func table(_ table: BigQueryTableID, in project: String) -> GoogleResource {
        GoogleResource(
            name: "table \(table.qualified(in: project))",
            role: "BigQuery Data Editor (roles/bigquery.dataEditor) on dataset \(table.dataset)"
        )
    }

    static func job(_ job: String, in project: String) -> GoogleResource {
        GoogleResource(
            name: "job \(project):\(job)",
            role: "BigQuery Job User (roles/bigquery.jobUser) on project \(project), and for a load from gs:// Storage "
                + "Object Viewer (roles/storage.objectViewer) on the bucket"
        )
    }
}
