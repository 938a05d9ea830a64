import TestSupport
import Testing

@testable import TableFormats

struct DictionaryTableTests {
    private func number(_ keys: [UInt64], limit: Int) -> (indices: [UInt32], distinct: [UInt64])? {
        var table = DictionaryTable(limit: limit, capacity: keys.count)
        for start in stride(from: 0, to: keys.count, by: DictionaryTable.sliceSize) {
            let slice = Array(keys[start..<min(start + DictionaryTable.sliceSize, keys.count)])
            guard slice.withUnsafeBufferPointer({ table.append($0) }) else { return nil }
        }
        let distinct = Array(table.distinct)
        return (table.takeIndices(), distinct)
    }

    @Test(arguments: [1, 2, 3, 100, 1000, 2000])
    func numbersInTheOrderOfFirstAppearance(distinct: Int) throws {
        var random = SeededGenerator(seed: UInt64(distinct))
        let values = (0..<distinct).map { Double($0) / 100 }.map(\.bitPattern)
        let keys = (0..<50_000).map { _ in values[Int.random(in: 0..<distinct, using: &random)] }
        let found = try #require(number(keys, limit: distinct))
        #expect(found.indices.map { found.distinct[Int($0)] } == keys)
        var seen = Set<UInt64>()
        #expect(found.distinct == keys.filter { seen.insert($0).inserted })
    }

    @Test func growsWithManyValues() throws {
        // The first slice repeats itself, so that the dictionary is worth its while; then all are new.
        let keys = (0..<4096).map { UInt64($0 % 8) } + (0..<100_000).map { UInt64($0) << 32 }
        let found = try #require(number(keys, limit: 200_000))
        #expect(found.indices.map { found.distinct[Int($0)] } == keys)
        #expect(found.distinct.count == 100_007)
    }

    @Test func givesUpAboveTheLimit() {
        let keys = (0..<10_000).map { UInt64($0 % 1001) }
        #expect(number(keys, limit: 1000) == nil)
        #expect(number(keys, limit: 1001) != nil)
        #expect(number([1], limit: 0) == nil)
    }

    @Test func givesUpEarlyWhenMostValuesAreNew() {
        var table = DictionaryTable(limit: 1_000_000, capacity: 0)
        let keys = (0..<UInt64(DictionaryTable.sliceSize)).map { $0 }
        #expect(!keys.withUnsafeBufferPointer { table.append($0) })
    }

    @Test func shortTextsHaveTheirOwnKeys() {
        let texts = ["", "\0", "\0\0", "a", "a\0", "ab", "ba", "abcdefg", "abcdefg\0", "abcdefgh", "abcdefghi"]
        let keys = texts.map { text in Array(text.utf8).withUnsafeBufferPointer { TextKey.key(of: $0) } }
        #expect(Set(keys).count == texts.count)
    }

    @Test(arguments: [257, 1000, 5000])
    func frequentEntriesComeFirst(entries: Int) throws {
        var random = SeededGenerator(seed: 5)
        let counts = (0..<entries).map { _ in Int.random(in: 1...60, using: &random) }
        var indices = counts.indices.flatMap { [UInt32](repeating: UInt32($0), count: counts[$0]) }
        indices.shuffle(using: &random)
        let before = indices
        let order = try #require(FrequencyOrder.apply(to: &indices, entries: entries))
        #expect(order.sorted() == Array(0..<entries))
        #expect(indices.map { order[Int($0)] } == before.map(Int.init))
        let classes = order.map { counts[$0].leadingZeroBitCount }
        #expect(classes == classes.sorted())
    }

    @Test func smallDictionariesStayAsTheyAre() {
        var indices: [UInt32] = [0, 1, 1, 255]
        #expect(FrequencyOrder.apply(to: &indices, entries: 256) == nil)
        #expect(indices == [0, 1, 1, 255])
    }
}
