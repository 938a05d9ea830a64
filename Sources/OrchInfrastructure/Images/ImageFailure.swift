import OrchModel

/// Why an image could not be had, and what to do.
package struct ImageFailure: Error, Sendable, Hashable {
    /// What stood in the way.
    package enum Cause: Sendable, Hashable {
        /// The pull policy forbids to ask a registry.
        case neverPulled
        /// The registry has no such repository or tag.
        case notFound
        /// The registry wants other credentials; some say so of missing images as well.
        case denied
        /// The registry allows no more pulls for now.
        case rateLimit
        /// The registry has the image for other platforms only.
        case platform
        /// The registry could not be reached.
        case unreachable
        /// The registry was reached, and then nothing came for too long.
        case stalled
        /// It was not there once a pull had taken as long as it may.
        case tooLong
        /// What the registry keeps of the image is damaged or not whole.
        case damaged
        /// The host's disk is full.
        case diskFull
        /// Anything else; the engine's words tell.
        case other
    }

    package var image: String
    package var cause: Cause
    /// The engine's own words; empty where it was not asked.
    package var message: String
    /// Images on the host whose names are near.
    package var nearest: [String]
    /// Who asked the registry, such as `me at registry.example.org`; nil = nobody.
    package var user: String?

    /// A failure to get `image`.
    package init(image: String, cause: Cause, message: String, nearest: [String], user: String? = nil) {
        self.user = user
        self.image = image
        self.cause = cause
        self.message = message
        self.nearest = nearest
    }
}

extension ImageFailure: CustomStringConvertible {
    package var description: String {
        let near = nearest.isEmpty ? "" : "; images here with near names: \(nearest.joined(separator: ", "))"
        return "the image \(image) is not on this host and \(why)\(near)"
    }

    private var why: String {
        let said = message.isEmpty ? "" : " (\(message))"
        switch cause {
        case .neverPulled:
            return "image_pull_policy is never: build or pull it first, `docker build -t \(image) .`"
        case .notFound:
            return "no registry has it\(said): build it, `docker build -t \(image) .`, or correct the name"
        case .denied:
            if let user {
                return "its registry does not give it to \(user)\(said): correct the name, or the "
                    + "docker-registry-credentials block"
            }
            return "its registry gives it to nobody or to others only\(said): correct the name, build it here, "
                + "`docker build -t \(image) .`, or name a docker-registry-credentials block in "
                + "docker-container.registry_credentials"
        case .rateLimit:
            return "its registry allows no more pulls for now\(said): try later, or with "
                + "docker-container.registry_credentials"
        case .platform:
            return "the registry has it for other platforms only\(said): set docker-container.platform or build it here"
        case .unreachable:
            return "its registry could not be reached\(said): build it here, `docker build -t \(image) .`, or try again"
        case .stalled:
            return "its registry stopped sending it\(said): try again, or look at the network between this host and "
                + RegistryLogin.registry(of: image)
        case .tooLong:
            return "it took too long to pull\(said): pull it beforehand, or raise docker-container.pull_timeout_seconds"
        case .damaged:
            return "its registry keeps a damaged copy\(said): push it anew, `docker push \(image)`"
        case .diskFull:
            return "this host's disk is full\(said): free some space, `docker system df` shows what is used"
        case .other:
            return "it could not be pulled\(said)"
        }
    }
}
