package import OrchModel

/// A deployment about to be saved.
package struct DeploymentDraft: Sendable {
    /// The content as it may be shown: secrets in parameters are hidden.
    package var request: DeploymentRequest
    /// The true parameters, encrypted; nil where nothing is hidden.
    package var sealedParameters: [UInt8]?
    /// Equal for equal content, secrets included, and telling nothing about them.
    package var fingerprint: String

    package init(request: DeploymentRequest, sealedParameters: [UInt8]? = nil, fingerprint: String) {
        self.request = request
        self.sealedParameters = sealedParameters
        self.fingerprint = fingerprint
    }
}

/// A saved deployment with what is not shown.
package struct StoredDeployment: Sendable {
    package var deployment: Deployment
    /// The true parameters, encrypted; nil where nothing is hidden.
    package var sealedParameters: [UInt8]?
    /// nil = it was never paused.
    package var lastPause: PastPause?

    package init(deployment: Deployment, sealedParameters: [UInt8]? = nil, lastPause: PastPause? = nil) {
        self.deployment = deployment
        self.sealedParameters = sealedParameters
        self.lastPause = lastPause
    }
}

/// What came of bringing an older version of a deployment back.
package enum RollbackOutcome: Sendable {
    /// There is no such deployment.
    case missing
    /// There is no such version; these there are, the newest first.
    case noVersion([Int])
    /// It is the content now; `unchanged` where it was before.
    case done(DeploymentReply)
}

/// A run about to be added.
package struct RunDraft: Sendable {
    /// The run as it may be shown: secrets in parameters are hidden.
    package var run: FlowRun
    package var launch: RunLaunch
    /// The true parameters, encrypted; nil where nothing is hidden.
    package var sealedParameters: [UInt8]?
    /// What tells its request from others that come with the same key; nil where it has none.
    package var requestMarks: RequestMarks?

    package init(run: FlowRun, launch: RunLaunch, sealedParameters: [UInt8]? = nil) {
        self.run = run
        self.launch = launch
        self.sealedParameters = sealedParameters
    }
}

/// How a run is launched, as its deployment said when the run was made.
package struct RunLaunch: Codable, Hashable, Sendable {
    package var kind: RunEnding.Kind
    package var command: [String]
    package var infrastructure: Infrastructure
    package var blocks: [BlockReference]
    /// nil = the defaults.
    package var policy: RunPolicy?
    /// Whether it is an image and a command that a run named: its parameters are what it is launched with. nil = no.
    package var isContainerTask: Bool?
    /// Files of a repository that it finds beside it; nil = none.
    package var source: SourceSpec?
    /// Whether it waits until the run of the data interval before has completed; nil = no.
    package var dependsOnPast: Bool?

    package init(
        kind: RunEnding.Kind, command: [String], infrastructure: Infrastructure, blocks: [BlockReference],
        policy: RunPolicy? = nil, isContainerTask: Bool? = nil
    ) {
        self.isContainerTask = isContainerTask
        self.kind = kind
        self.command = command
        self.infrastructure = infrastructure
        self.blocks = blocks
        self.policy = policy
    }
}
