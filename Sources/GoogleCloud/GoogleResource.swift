/// What a request is about, for errors, and what right it needs.
struct GoogleResource: Sendable, Hashable {
    /// Such as `object gs://lake/data/a.parquet`.
    let name: String
    /// What the call takes, such as `storage.objects.create`.
    let permission: String
    /// The smallest predefined role that has the permission, and on what to grant it.
    let role: String
    /// What is not there where the answer is 404: to write an object takes its bucket.
    let missing: String

    /// Defaults to no right at all, and to itself as what is missing.
    init(name: String, permission: String = "", role: String = "", missing: String? = nil) {
        self.name = name
        self.permission = permission
        self.role = role
        self.missing = missing ?? name
    }
}

/// Maps to [roles and permissions of Cloud Storage](https://cloud.google.com/storage/docs/access-control/iam-roles).
extension GoogleResource {
    /// What is done with an object.
    enum ObjectUse: String {
        case read = "storage.objects.get"
        case write = "storage.objects.create"
        case delete = "storage.objects.delete"
    }

    static func object(_ object: String, in bucket: String, to use: ObjectUse) -> GoogleResource {
        let role =
            switch use {
            case .read: "Storage Object Viewer (roles/storage.objectViewer)"
            // To replace an object takes the right to delete it.
            case .write, .delete: "Storage Object User (roles/storage.objectUser)"
            }
        return GoogleResource(
            name: "object gs://\(bucket)/\(object)", permission: use.rawValue, role: "\(role) on bucket \(bucket)",
            missing: use == .write ? "bucket \(bucket)" : nil)
    }

    static func objects(of bucket: String) -> GoogleResource {
        GoogleResource(
            name: "bucket \(bucket)", permission: "storage.objects.list",
            role: "Storage Object Viewer (roles/storage.objectViewer) on bucket \(bucket)")
    }

    static func bucket(_ bucket: String, creating: Bool = false) -> GoogleResource {
        let advice = "bucket names are shared by all of Google Cloud: if the bucket is not yours, take another name"
        return GoogleResource(
            name: "bucket \(bucket)", permission: creating ? "storage.buckets.create" : "storage.buckets.get",
            role: "Storage Admin (roles/storage.admin) on the project (\(advice))")
    }
}

/// Maps to [roles and permissions of BigQuery](https://cloud.google.com/bigquery/docs/access-control).
extension GoogleResource {
    /// What is done with a dataset or table, as the end of the permission's name.
    enum Act: String {
        case get, list, create, update, delete
    }

    static func dataset(_ dataset: String, in project: String, to act: Act = .get) -> GoogleResource {
        GoogleResource(
            name: "dataset \(project).\(dataset)", permission: "bigquery.datasets.\(act.rawValue)",
            role: act == .delete
                ? "BigQuery Data Owner (roles/bigquery.dataOwner) on dataset \(dataset)"
                : "BigQuery Data Editor (roles/bigquery.dataEditor) on project \(project)")
    }

    static func tables(of dataset: String, in project: String) -> GoogleResource {
        GoogleResource(
            name: "dataset \(project).\(dataset)", permission: "bigquery.tables.list",
            role: "BigQuery Data Editor (roles/bigquery.dataEditor) on dataset \(dataset)")
    }

    static func table(_ table: BigQueryTableID, in project: String, to act: Act = .get) -> GoogleResource {
        GoogleResource(
            name: "table \(table.qualified(in: project))", permission: "bigquery.tables.\(act.rawValue)",
            role: "BigQuery Data Editor (roles/bigquery.dataEditor) on dataset \(table.dataset)")
    }

    static func job(_ job: String, in project: String) -> GoogleResource {
        GoogleResource(
            name: "job \(project):\(job)", permission: "bigquery.jobs.create",
            role: "BigQuery Job User (roles/bigquery.jobUser) on project \(project), and for a load from gs:// Storage "
                + "Object Viewer (roles/storage.objectViewer) on the bucket")
    }
}
