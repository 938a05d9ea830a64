import ArgumentParser
import Testing

@testable import OrchCLI

struct CommandNameTests {
    /// A name that is not said is made from the type's, at every start and for every command: some milliseconds in all.
    @Test func everyCommandSaysItsName() {
        var left: [any ParsableCommand.Type] = [OrchCommand.self]
        var count = 0
        while let command = left.popLast() {
            #expect(command.configuration.commandName != nil, "\(command)")
            left += command.configuration.subcommands
            count += 1
        }
        #expect(count > 40)
    }

    @Test(
        "Each command about queues, agents and limits has an example and its exit codes in its help",
        arguments: [WorkQueues.self, Agents.self, ConcurrencyLimits.self] as [any ParsableCommand.Type])
    func helpIsWhole(group: any ParsableCommand.Type) {
        for command in group.configuration.subcommands {
            let help = command.configuration.discussion
            #expect(help.contains("Example"), "\(command)")
            #expect(help.contains("Exit codes: 0 "), "\(command)")
            #expect(!help.contains("\\"), "\(command)")
        }
    }
}
