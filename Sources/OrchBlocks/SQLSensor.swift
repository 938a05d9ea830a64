public import Orch
public import OrchModel

/// Waits for a row; see ``Sensor/sql(_:_:on:)``.
public struct SQLSensor: Sensor {
    let statement: SQLStatement
    let block: String

    public var waitsFor: String { "a row in \(block)" }

    public func poke(_ look: SensorLook) async throws -> JSONValue? {
        let query = try look.context.postgres(block, .seconds(60))
        guard let cell = try await query.run([statement], inTransaction: false).last?.first, Self.isTrue(cell) else {
            return nil
        }
        return cell
    }

    /// Whether a value says yes: neither NULL, nor false, nor zero, nor an empty text or one of `0`.
    static func isTrue(_ value: JSONValue) -> Bool {
        switch value {
        case .null: false
        case .bool(let value): value
        case .int(let number): number != 0
        case .double(let number): number != 0
        // Decimal numbers are texts.
        case .string(let text): !text.isEmpty && Double(text) != 0
        case .array(let values): !values.isEmpty
        case .object(let members): !members.isEmpty
        }
    }
}

extension Sensor where Self == SQLSensor {
    /// Waits until a query on a PostgreSQL database has a row whose first value says yes: it is neither NULL, nor false, nor
    /// zero, nor an empty text.
    ///
    /// - Parameters:
    ///   - statement: one statement, such as `SELECT count(*) FROM trips WHERE month = $1`.
    ///   - parameters: what `$1`, `$2`, … stand for. Defaults to nothing.
    ///   - block: the name of a postgres block.
    public static func sql(_ statement: String, _ parameters: [SQLParameter] = [], on block: String) -> SQLSensor {
        SQLSensor(statement: SQLStatement(statement, parameters), block: block)
    }
}
