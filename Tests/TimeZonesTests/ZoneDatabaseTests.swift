import Foundation
import TestSupport
import Testing

@testable import TimeZones

@Suite("The database of time zones") struct ZoneDatabaseTests {
    @Test(
        "a name that is none is refused with what was meant", .enabled("needs tzdata") { Zones.areThere },
        arguments: [
            ("Europe/Berln", "did you mean \"Europe/Berlin\"?"), ("europe/berlin", "did you mean \"Europe/Berlin\"?"),
            ("Berlin", "did you mean \"Europe/Berlin\"?"), ("New York", "did you mean \"America/New_York\"?"),
            ("GMT+3", "Etc/GMT-3, which is 3 h ahead of UTC"), ("UTC-5", "Etc/GMT+5, which is 5 h behind UTC"),
            ("+05:30", "name a place"), ("../etc/passwd", "there is no time zone"),
            ("/etc/localtime", "expected a name"),
            ("", "there is no time zone \"\""), ("posix/Europe/Berlin", "did you mean"), ("right/UTC", "there is no"),
            ("Europe//Berlin", "did you mean"), ("Europe", "expected a name"), ("PST", "did you mean \"PST8PDT\"?"),
        ])
    func refused(name: String, hint: String) {
        let problem = #expect(throws: ZoneProblem.self) { try ZoneDatabase.system.rules(name) }
        #expect(problem?.description.contains(hint) == true, "\(problem?.description ?? "")")
    }

    @Test("a folder that is not there knows UTC alone, and says what to install") func noFolder() throws {
        let database = ZoneDatabase(folder: "/nowhere/zoneinfo")
        #expect(try database.rules("UTC") == .utc)
        #expect(database.names.isEmpty)
        let problem = #expect(throws: ZoneProblem.self) { try database.rules("Europe/Berlin") }
        #expect(problem?.description.contains("install tzdata in the image") == true)
    }

    @Test("all its names have rules", .enabled("needs tzdata") { Zones.areThere }) func allNames() throws {
        let names = ZoneDatabase.system.names
        #expect(names.count > 400 && names.contains("America/Argentina/Ushuaia"))
        for name in names { _ = try ZoneDatabase.system.rules(name) }
    }

    @Test("broken files are no zones, and nothing traps", .enabled("needs tzdata") { Zones.areThere })
    func broken() throws {
        #expect(ZoneFile([]) == nil)
        #expect(ZoneFile(Array("TZif2".utf8)) == nil)
        let bytes = [UInt8](try Data(contentsOf: URL(filePath: "\(Zones.folder)/Europe/London")))
        for length in stride(from: 0, to: bytes.count, by: 7) { #expect(ZoneFile(Array(bytes.prefix(length))) == nil) }
        var generator = SeededGenerator(seed: SeededGenerator.seed(7))
        for _ in 0..<500 {
            var broken = bytes
            for _ in 0..<3 {
                broken[Int.random(in: 0..<bytes.count, using: &generator)] = .random(in: 0...255, using: &generator)
            }
            _ = ZoneFile(broken)?.rules.instants(ofWall: 1_782_900_000)
        }
    }

    @Test("a file of version 1 is read by its short times", .enabled("needs tzdata") { Zones.areThere })
    func versionOne() throws {
        // Times of 32 bits: one change to +1 h at 1000, of two types.
        var bytes = Array("TZif".utf8) + [0] + [UInt8](repeating: 0, count: 15)
        for count: UInt8 in [0, 0, 0, 1, 2, 4] { bytes += [0, 0, 0, count] }
        bytes += [0, 0, 0x03, 0xE8, 1]
        bytes += [0, 0, 0, 0, 0, 0] + [0, 0, 0x0E, 0x10, 1, 0] + Array("UTC".utf8) + [0]
        let rules = try #require(ZoneFile(bytes)).rules
        #expect(rules.offset(at: 999) == 0 && rules.offset(at: 1000) == 3600)
    }
}
