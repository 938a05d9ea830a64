import OrchModel
import OrchStore
import Testing

extension StoreConformance {
    struct StoreDeploymentTests {
        @Test(arguments: StoreKind.all)
        func savesTheFirstAsVersionOne(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let reply = try await store.saveDeployment(Sample.deployment(), at: Sample.at(1))
                #expect(reply.outcome == .created)
                #expect(reply.deployment.version == 1)
                #expect(try await store.deployments() == [reply.deployment])
            }
        }

        @Test(arguments: StoreKind.all)
        func theSameContentIsNoNewVersion(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let first = try await store.saveDeployment(Sample.deployment(), at: Sample.at(1)).deployment
                let again = try await store.saveDeployment(Sample.deployment(), at: Sample.at(2))
                #expect(again.outcome == .unchanged)
                #expect(again.deployment == first)
            }
        }

        @Test(arguments: StoreKind.all)
        func otherContentIsANewVersionOfTheSameDeployment(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let first = try await store.saveDeployment(Sample.deployment(), at: Sample.at(1)).deployment
                let changed = Sample.deployment(image: "taxi:next", fingerprint: "two")
                let reply = try await store.saveDeployment(changed, at: Sample.at(2))
                #expect(reply.outcome == .updated)
                #expect(reply.deployment.id == first.id)
                #expect(reply.deployment.version == 2)
                #expect(reply.deployment.createdAt == Sample.at(1))
                #expect(reply.deployment.updatedAt == Sample.at(2))
                #expect(try await store.deployments().map(\.image) == ["taxi:next"])
            }
        }

        @Test(arguments: StoreKind.all)
        func findsByShortAndByFullName(kind: StoreKind) async throws {
            try await kind.withStore { store in
                for flow in ["b-flow", "a-flow"] {
                    _ = try await store.saveDeployment(Sample.deployment("daily", flow: flow), at: Sample.at(1))
                }
                let short = try await store.deployments(named: "daily", flow: nil).map(\.deployment.fullName)
                #expect(short == ["a-flow/daily", "b-flow/daily"])
                let full = try await store.deployments(named: "daily", flow: "b-flow").map(\.deployment.fullName)
                #expect(full == ["b-flow/daily"])
                #expect(try await store.deployments(named: "nightly", flow: nil).isEmpty)
            }
        }

        @Test(arguments: StoreKind.all)
        func keepsSealedParameters(kind: StoreKind) async throws {
            try await kind.withStore { store in
                var draft = Sample.deployment()
                draft.sealedParameters = [0, 255, 7]
                _ = try await store.saveDeployment(draft, at: Sample.at(1))
                #expect(
                    try await store.deployments(named: "docker-flow", flow: nil).first?.sealedParameters == [0, 255, 7])
            }
        }
    }
}
