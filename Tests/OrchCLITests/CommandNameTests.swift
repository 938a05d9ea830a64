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
}
