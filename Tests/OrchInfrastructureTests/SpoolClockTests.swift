import Foundation
import OrchModel
import TestSupport
import Testing

@testable import OrchInfrastructure

/// How many times are kept of an output that never rests.
struct SpoolClockTests {
    private func time(_ milliseconds: Int) -> Timestamp { Timestamp(microseconds: Int64(milliseconds) * 1000) }

    private func size(_ path: String) throws -> Int {
        try #require(try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int)
    }

    @Test("what comes within 50 ms has one time, which no later byte changes, for the next clock too")
    func merging() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("times")
        let clock = SpoolClock(path: path)
        var told: [Timestamp] = []
        for step in 0..<1000 {
            clock.note(end: Int64(step + 1) * 10, at: time(step))
            told.append(clock.time(of: Int64(step) * 10))
        }
        #expect(clock.count == 20)
        #expect(try size(path) == 20 * 16)
        #expect(told[49] == time(0) && told[50] == time(50))
        for clock in [clock, SpoolClock(path: path)] {
            #expect((0..<1000).map { clock.time(of: Int64($0) * 10) } == told)
            #expect(clock.time(of: 10_000) == time(0))
        }
    }

    @Test("of an output of two days and more, a time is kept each second")
    func endlessOutput() throws {
        let folder = try TemporaryFolder()
        let clock = SpoolClock(path: folder.file("times"))
        // A batch each 200 ms for three days.
        for step in 0..<1_296_000 { clock.note(end: Int64(step + 1), at: time(step * 200)) }
        let before = clock.count
        #expect(before < 450_000)
        for step in 1_296_000..<1_296_500 { clock.note(end: Int64(step + 1), at: time(step * 200)) }
        #expect(clock.count - before == 100)
    }

    @Test("what is no time in the file is written over")
    func damage() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("times")
        SpoolClock(path: path).note(end: 10, at: time(1))
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try file.seekToEnd()
        try file.write(contentsOf: Data(repeating: 0, count: 21))
        try file.close()
        SpoolClock(path: path).note(end: 20, at: time(1000))
        let clock = SpoolClock(path: path)
        #expect(clock.count == 2 && clock.time(of: 9) == time(1) && clock.time(of: 10) == time(1000))
        #expect(try size(path) == 32)
    }
}
