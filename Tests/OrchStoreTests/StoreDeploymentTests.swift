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

        @Test(arguments: StoreKind.all)
        func everyVersionIsKeptAndCanComeBack(kind: StoreKind) async throws {
            try await kind.withStore { store in
                var first = Sample.deployment(image: "taxi:one", fingerprint: "one")
                first.sealedParameters = [1, 2]
                let id = try await store.saveDeployment(first, at: Sample.at(1)).deployment.id
                _ = try await store.saveDeployment(
                    Sample.deployment(image: "taxi:two", fingerprint: "two"), at: Sample.at(2))
                guard case .done(let back) = try await store.rollBackDeployment(id, to: nil, at: Sample.at(3)) else {
                    Issue.record("it was not brought back")
                    return
                }
                #expect(back.deployment.version == 3 && back.deployment.image == "taxi:one")
                #expect(try await store.deployment(id)?.sealedParameters == [1, 2])
                let versions = try await store.versions(ofDeployment: id)
                #expect(versions.map(\.version) == [3, 2, 1])
                #expect(versions.map(\.restored) == [1, nil, nil])
                #expect(versions.map(\.createdAt) == [Sample.at(3), Sample.at(2), Sample.at(1)])
                guard case .noVersion(let known) = try await store.rollBackDeployment(id, to: 7, at: Sample.at(4)),
                    case .missing = try await store.rollBackDeployment(.new(), to: 1, at: Sample.at(4))
                else {
                    Issue.record("something came back")
                    return
                }
                #expect(known == [3, 2, 1])
            }
        }

        @Test(arguments: StoreKind.all)
        func aPauseIsOfTheDeploymentAndNoVersion(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let id = try await store.saveDeployment(Sample.deployment(), at: Sample.at(1)).deployment.id
                #expect(
                    try await store.pauseDeployment(id, DeploymentPause(isPaused: true), at: Sample.at(2))?.isPaused
                        == true)
                let next = try await store.saveDeployment(
                    Sample.deployment(image: "taxi:two", fingerprint: "two"), at: Sample.at(3))
                #expect(next.deployment.isPaused == true)
                #expect(try await store.deployments().map(\.isPaused) == [true])
                #expect(
                    try await store.pauseDeployment(.new(), DeploymentPause(isPaused: true), at: Sample.at(4)) == nil)
            }
        }

        @Test(arguments: StoreKind.all)
        func aPreviewSaysWhatSavingDoesAndChangesNothing(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let first = try await store.previewDeployment(Sample.deployment(), at: Sample.at(1))
                #expect(first.outcome == .created && first.saved == nil)
                #expect(try await store.deployments().isEmpty)
                var draft = Sample.deployment()
                draft.request.schedules = [ScheduleSpec(slug: "a", rule: .cron("0 7 * * *"))]
                let id = try await store.saveDeployment(draft, at: Sample.at(1)).deployment.id
                let same = try await store.previewDeployment(draft, at: Sample.at(2))
                #expect(same.outcome == .unchanged && same.saved == same.next)
                draft.request.schedules = []
                draft.request.isPaused = true
                draft.fingerprint = "two"
                let preview = try await store.previewDeployment(draft, at: Sample.at(2))
                #expect(preview.outcome == .updated && preview.next.version == 2)
                #expect(preview.saved?.schedules?.map(\.slug) == ["a"] && preview.next.schedules == [])
                #expect(preview.saved?.isPaused == false && preview.next.isPaused == true)
                #expect(try await store.deployment(id)?.deployment.version == 1)
                #expect(try await store.schedules(ofDeployment: id).readable.count == 1)
            }
        }

        @Test(arguments: StoreKind.all)
        func aPauseThatIsSaidCountsWithoutANewVersion(kind: StoreKind) async throws {
            try await kind.withStore { store in
                var draft = Sample.deployment()
                draft.request.isPaused = true
                let id = try await store.saveDeployment(draft, at: Sample.at(1)).deployment.id
                _ = try await store.pauseDeployment(id, DeploymentPause(isPaused: false), at: Sample.at(2))
                #expect(try await store.previewDeployment(draft, at: Sample.at(3)).outcome == .updated)
                let reply = try await store.saveDeployment(draft, at: Sample.at(3))
                #expect(reply.outcome == .updated && reply.deployment.version == 1)
                #expect(try await store.deployment(id)?.deployment.isPaused == true)
                #expect(try await store.saveDeployment(draft, at: Sample.at(4)).outcome == .unchanged)
            }
        }

        @Test(arguments: StoreKind.all)
        func deletingTakesVersionsAndLeavesRuns(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let id = try await store.saveDeployment(Sample.deployment(), at: Sample.at(1)).deployment.id
                #expect(try await store.openRuns(ofDeployment: id).isEmpty)
                #expect(try await store.deleteDeployment(id))
                #expect(try await store.deleteDeployment(id) == false)
                #expect(try await store.versions(ofDeployment: id).isEmpty)
                #expect(try await store.deployments().isEmpty)
            }
        }

        @Test(arguments: StoreKind.all)
        func deletingTakesTheLimitAndLetsThoseGoThatWaitForIt(kind: StoreKind) async throws {
            try await kind.withStore { store in
                var draft = Sample.deployment()
                draft.request.concurrencyLimit = 1
                let id = try await store.saveDeployment(draft, at: Sample.at(1)).deployment.id
                let other = try await store.saveRunLimit(.global, slots: 5, strategy: nil, at: Sample.at(1))
                for name in ["first", "second"] {
                    var run = Sample.run(name)
                    run.run.deploymentID = id
                    try await store.createRun(run)
                }
                #expect(try await store.claim(Sample.claim(limit: 2, at: 2)).map(\.run.name) == ["first"])
                #expect(try await store.runLimits().map(\.waiting).contains(1))
                #expect(try await store.deleteDeployment(id))
                #expect(try await store.runLimits().map(\.key) == [other?.key])
                #expect(try await store.claim(Sample.claim(limit: 2, at: 3)).map(\.run.name) == ["second"])
            }
        }
    }
}
