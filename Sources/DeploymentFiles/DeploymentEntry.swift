package import OrchModel

/// A deployment as a file or a command line says it; what is nil is left to the image, to what is saved, or to the defaults.
package struct DeploymentEntry: Hashable, Sendable {
    package var name: String
    package var description: String?
    /// A name of this version, for people.
    package var versionName: String?
    package var tags: [String]?
    package var flowName: String?
    /// `IMAGE:FLOW`, in place of image and flow name.
    package var entrypoint: String?
    package var image: String?
    /// The command of an image without flows of the SDK; nil = it has such flows.
    package var command: [String]?
    /// All values; nil = those that the image gives.
    package var parameters: [String: JSONValue]?
    /// A JSON Schema that stands in the file; the image's own counts where it has one.
    package var parameterSchema: JSONValue?
    package var enforcesParameterSchema: Bool?
    package var runName: String?
    package var workQueue: String?
    package var priority: Int?
    package var requires: [String: JSONValue]?
    package var concurrencyLimit: Int?
    package var collisionStrategy: CollisionStrategy?
    /// nil = those that there are stay.
    package var schedules: [ScheduleSpec]?
    package var isPaused: Bool?
    package var dependsOnPast: Bool?
    /// `docker` or `process`; nil = `docker`.
    package var infrastructureType: String?
    package var infrastructureBlock: String?
    /// Fields that replace those of the block.
    package var overrides: [String: JSONValue]
    /// Files from git.
    package var source: SourceSpec?
    /// nil = the defaults; a policy that has but those is nil.
    package var policy: RunPolicy? {
        didSet { if policy == RunPolicy() { policy = nil } }
    }

    /// A deployment of which only the name is said.
    package init(name: String) {
        self.name = name
        overrides = [:]
    }

    /// Whether two names are of one flow: `etl_parent_flow` and `etl-parent-flow` are.
    package static func isFlow(_ name: String, called other: String) -> Bool { folded(name) == folded(other) }

    private static func folded(_ name: String) -> String {
        String(name.lowercased().map { $0 == "_" || $0 == " " ? "-" : $0 })
    }
}
