import OrchModel
import OrchStore
import TestSupport
import Testing

extension StoreConformance {
    struct SharedLimitTests {
        @Test("Two controllers of one database never let more runs be live than a limit allows")
        func twoControllers() async throws {
            let schema = try StoreSchemaOfTest()
            let stores = [
                try await RelationalStore.openPostgres(url: schema.url, connections: 4),
                try await RelationalStore.openPostgres(url: schema.url, connections: 4),
            ]
            _ = try await stores[0].saveRunLimit(.tag("x"), slots: 2, strategy: nil, at: Sample.at(0))
            _ = try await stores[0].saveRunLimit(.queue("default"), slots: 4, strategy: nil, at: Sample.at(0))
            for index in 0..<120 {
                var draft = Sample.run("r\(index)")
                draft.run.tags = index % 3 == 0 ? [] : ["x"]
                _ = try await stores[index % 2].createRun(draft)
            }
            let names = try await LimitedCrew(store: stores[1], stores: stores, runs: 120).work()
            #expect(names.count == 120)
            #expect(Set(names).count == 120)
            for store in stores { try await store.close() }
        }
    }
}
