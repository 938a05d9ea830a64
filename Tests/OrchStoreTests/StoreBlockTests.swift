import OrchModel
import OrchStore
import Testing

extension StoreConformance {
    struct StoreBlockTests {
        private func block(
            _ type: String, _ name: String, sealed: [UInt8] = [1], references: [BlockKey] = [], at seconds: Double = 0
        ) -> StoredBlock {
            StoredBlock(
                key: BlockKey(type: type, name: name), sealed: sealed,
                variable: BlockEnvironment.variable(type: type, name: name), references: references,
                updatedAt: Sample.at(seconds))
        }

        @Test(arguments: StoreKind.all)
        func aBlockIsReplacedByTheNextOfItsName(kind: StoreKind) async throws {
            try await kind.withStore { store in
                try await store.saveBlock(block("postgres", "db"))
                let newer = block("postgres", "db", sealed: [9, 0, 255], at: 5)
                try await store.saveBlock(newer)
                #expect(try await store.block(newer.key) == newer)
                #expect(try await store.blocks() == [newer])
                #expect(try await store.block(BlockKey(type: "postgres", name: "other")) == nil)
            }
        }

        @Test(arguments: StoreKind.all)
        func twoBlocksCannotShareAnEnvironmentVariable(kind: StoreKind) async throws {
            try await kind.withStore { store in
                try await store.saveBlock(block("postgres", "my-db"))
                let twin = block("postgres", "my.db")
                await #expect(
                    throws: StoreError.variableTaken(twin.variable, by: BlockKey(type: "postgres", name: "my-db"))
                ) {
                    try await store.saveBlock(twin)
                }
                #expect(try await store.blocks().count == 1)
            }
        }

        @Test(arguments: StoreKind.all)
        func aBlockThatOthersNameStays(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let credentials = block("gcp-credentials", "sa")
                let bucket = block("gcs-bucket", "lake", references: [credentials.key])
                await #expect(throws: StoreError.missingBlock(credentials.key)) { try await store.saveBlock(bucket) }
                #expect(try await store.block(bucket.key) == nil)
                try await store.saveBlock(credentials)
                try await store.saveBlock(bucket)
                #expect(try await store.block(bucket.key)?.references == [credentials.key])
                await #expect(throws: StoreError.blockInUse(credentials.key, by: [bucket.key])) {
                    try await store.deleteBlock(credentials.key)
                }
                #expect(try await store.deleteBlock(bucket.key))
                #expect(try await store.deleteBlock(credentials.key))
                #expect(try await !store.deleteBlock(credentials.key))
            }
        }
    }
}
