import CurlTransport
import GoogleCloud
import Postgres

/// Tells errors that may pass from those that stay, whatever part they come from.
public enum TransientFailure {
    /// Whether the same call may succeed a little later.
    public static func isTransient(_ error: any Error) -> Bool {
        switch error {
        case let error as ETLError: error.isTransient
        case let error as HTTPClientError: error.isTransient
        case let error as PostgresError: error.isTransient
        case let error as GoogleCloudError: error.isTransient
        default: false
        }
    }
}
