import DeploymentFiles
import OrchClient
import OrchModel

extension EnvironmentValues {
    /// An error that says `${NAME}` where it would show what a file took out of the environment.
    func hidden(in error: any Error) -> any Error {
        switch error {
        case let message as Message: return Message(message.code, hidden(in: message.text))
        case OrchClientError.fault(let status, let fault):
            let shown = APIFault(
                code: fault.code, message: hidden(in: fault.message), details: fault.details.map { hidden(in: $0) })
            return OrchClientError.fault(status: status, shown)
        default: return error
        }
    }
}
