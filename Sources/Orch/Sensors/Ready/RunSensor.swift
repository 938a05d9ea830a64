import OrchClient

/// Waits for another run; see ``Sensor/run(_:isWanted:endsWaitWith:)`` and ``Sensor/deployment(_:due:isWanted:endsWaitWith:)``.
public struct RunSensor: Sensor {
    enum Subject: Sendable {
        case run(Identifier)
        case deployment(String, DataInterval?)
    }

    let subject: Subject
    let wanted: Set<StateType>
    let hopeless: Set<StateType>

    public var waitsFor: String {
        let states = wanted.map(\.rawValue).sorted().joined(separator: " or ")
        return switch subject {
        case .run(let id): "\(states) of run \(id)"
        case .deployment(let name, nil): "\(states) of the newest run of \(name)"
        case .deployment(let name, let interval?):
            "\(states) of the newest run of \(name) due from \(interval.start.toSecond) to \(interval.end.toSecond)"
        }
    }

    public func poke(_ look: SensorLook) async throws -> SensedRun? {
        guard let controller = look.context.services.controller else {
            throw SensorGivesUp(
                "only a run of a controller can look at other runs, and this one was started by hand, or was given no address "
                    + "of the API")
        }
        let found: SensedRun?
        do {
            switch subject {
            case .run(let id): found = try await controller.sensedRun(id)
            case .deployment(let name, let interval):
                found = try await controller.sensedRun(of: name, dueFrom: interval?.start, dueTo: interval?.end)
            }
        } catch {
            if error.isCancellation { throw CancellationError() }
            throw error
        }
        guard let found else { return nil }
        if wanted.contains(found.state.type) { return found }
        guard !hopeless.contains(found.state.type) else {
            throw SensorGivesUp(
                "run \(found.name) is \(found.state.name): orch flow-run inspect \(found.name) says why")
        }
        return nil
    }
}

extension Sensor where Self == RunSensor {
    /// Waits until another run is in a state.
    ///
    /// - Parameters:
    ///   - id: the run.
    ///   - wanted: the types of state that are waited for. Defaults to COMPLETED, which Skipped is, too.
    ///   - hopeless: those that end the wait as failed. Defaults to FAILED, CRASHED and CANCELLED; give none where somebody may
    ///     start the run once more.
    public static func run(
        _ id: Identifier, isWanted wanted: Set<StateType> = [.completed],
        endsWaitWith hopeless: Set<StateType> = [.failed, .crashed, .cancelled]
    ) -> RunSensor {
        RunSensor(subject: .run(id), wanted: wanted, hopeless: hopeless)
    }

    /// Waits until the newest run of a deployment is in a state.
    ///
    /// - Parameters:
    ///   - name: `nightly` or `etl-parent-flow/nightly`.
    ///   - due: only a run that was due first within this span counts, both ends included: give the flow's own `dataInterval`, or
    ///     a day around it. Defaults to nil: the newest run counts, whenever it was due. Among the newest 200 is looked.
    ///   - wanted: the types of state that are waited for. Defaults to COMPLETED.
    ///   - hopeless: those that end the wait as failed. Defaults to FAILED, CRASHED and CANCELLED.
    public static func deployment(
        _ name: String, due: DataInterval? = nil, isWanted wanted: Set<StateType> = [.completed],
        endsWaitWith hopeless: Set<StateType> = [.failed, .crashed, .cancelled]
    ) -> RunSensor {
        RunSensor(subject: .deployment(name, due), wanted: wanted, hopeless: hopeless)
    }
}
