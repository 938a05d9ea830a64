import TimeZones

/// Waits for a moment; see ``Sensor/instant(_:)``, ``Sensor/timeOfDay(_:_:in:)`` and ``Sensor/afterInterval(_:)``.
public struct TimeSensor: Sensor {
    enum Moment: Sendable {
        case instant(Timestamp)
        case timeOfDay(hour: Int, minute: Int, zone: String)
        case afterInterval(Duration)
    }

    let moment: Moment

    public var waitsFor: String {
        switch moment {
        case .instant(let time): time.toSecond
        case .timeOfDay(let hour, let minute, let zone):
            "\(Timestamp.padded(hour)):\(Timestamp.padded(minute)) \(zone)"
        case .afterInterval(let delay):
            (delay > .zero ? "\(delay.brief) after " : "") + "the end of the data interval"
        }
    }

    public func poke(_ look: SensorLook) async throws -> Timestamp? {
        let time = try time(look)
        return look.now >= time ? time : nil
    }

    public func next(after look: SensorLook) -> Timestamp? { try? time(look) }

    private func time(_ look: SensorLook) throws -> Timestamp {
        switch moment {
        case .instant(let time): return time
        case .afterInterval(let delay):
            guard let interval = look.context.dataInterval else {
                throw SensorGivesUp("the run has no data interval: orch gives one to each run, a run by hand has none")
            }
            return interval.end + delay
        case .timeOfDay(let hour, let minute, let zone):
            guard (0...23).contains(hour), (0...59).contains(minute) else {
                throw SensorGivesUp("\(hour):\(minute) is no time of day: expected 0:00 to 23:59")
            }
            let zone = try rules(zone)
            // The day of the first look, as it is there: the same in all attempts.
            let local =
                look.since.microseconds / 1_000_000 + zone.offset(at: look.since.microseconds / 1_000_000)
            let day = (local - (local % 86_400 + 86_400) % 86_400) / 86_400
            let wall = day * 86_400 + Int64(hour * 3600 + minute * 60)
            return Timestamp(microseconds: zone.instant(ofWall: wall) * 1_000_000)
        }
    }

    private func rules(_ name: String) throws -> ZoneRules {
        do {
            return try ZoneDatabase.system.rules(name)
        } catch {
            throw SensorGivesUp(error.description)
        }
    }
}

extension Sensor where Self == TimeSensor {
    /// Waits until a moment; one that has passed is found at once.
    public static func instant(_ time: Timestamp) -> TimeSensor { TimeSensor(moment: .instant(time)) }

    /// Waits until a time of the day on which the wait began; one that has passed is found at once.
    ///
    /// A time that the clock passes twice is the first of the two; one that it leaves out is as much later as the clock was put
    /// forward.
    ///
    /// - Parameters:
    ///   - hour: 0 to 23.
    ///   - minute: 0 to 59. Defaults to 0.
    ///   - zone: a name of the IANA's, such as `Europe/London`. It is looked up in `/usr/share/zoneinfo`, which an image has
    ///     to have (Debian's package `tzdata`). Defaults to `UTC`, which needs nothing.
    public static func timeOfDay(_ hour: Int, _ minute: Int = 0, in zone: String = "UTC") -> TimeSensor {
        TimeSensor(moment: .timeOfDay(hour: hour, minute: minute, zone: zone))
    }

    /// Waits until the run's data interval has ended.
    ///
    /// - Parameter delay: for how much longer. Defaults to nothing.
    public static func afterInterval(_ delay: Duration = .zero) -> TimeSensor {
        TimeSensor(moment: .afterInterval(delay))
    }
}

extension Timestamp {
    fileprivate static func padded(_ number: Int) -> String { number < 10 && number >= 0 ? "0\(number)" : "\(number)" }
}
