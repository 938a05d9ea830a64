import ArgumentParser
import FoundationEssentials
import OrchModel

/// How a command shows what it found.
struct Output: ParsableArguments {
    /// The forms there are.
    enum Form: String, ExpressibleByArgument, CaseIterable {
        case table, json
    }

    @Option(name: [.customShort("o"), .customLong("output")], help: "table or json.")
    var form: Form = .table

    /// Writes `value` as JSON, or what `table` makes of it.
    func show<Value: Encodable>(_ value: Value, table: (Value) -> String) throws {
        switch form {
        case .json: FileHandles.writeOut(try Self.json(value) + "\n")
        case .table: FileHandles.writeOut(table(value))
        }
    }

    /// JSON for people and programs: indented, keys sorted.
    static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    /// The same JSON on one line, with its newline: for what comes bit by bit.
    static func jsonLine(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
    }
}
