import OrchModel
import OrchStore
import Testing

extension StoreConformance {
    /// Results of tasks, and the locks of those who compute them.
    struct StoreResultTests {
        private static func request(
            _ holder: String = "h1", key: String = "k1", subject: String = "s", flow: String = "etl",
            refresh: Bool = false, at seconds: Double = 0
        ) -> CacheRequest {
            CacheRequest(
                lock: CacheLock(flow: flow, key: key, holder: holder), subject: subject, refresh: refresh,
                runID: .new(), runName: "run of \(holder)", leaseUntil: Sample.at(seconds + 30))
        }

        private static func result(
            _ value: String = "[1]", key: String = "k1", subject: String = "s", flow: String = "etl",
            task: String = "fetch", holder: String = "h1", at seconds: Double = 1, expires: Double = 100
        ) -> CachedResult {
            let entry = CacheEntry(
                key: key, flowName: flow, taskName: task, codeVersion: "v \(key)", bytes: value.utf8.count,
                runID: .new(), runName: "run of \(holder)", madeAt: Sample.at(seconds), expiresAt: Sample.at(expires))
            return CachedResult(entry: entry, subject: subject, value: Array(value.utf8), holder: holder)
        }

        private static func reason(_ answer: CacheAnswer) -> CacheMiss.Reason? {
            if case .miss(let miss) = answer { miss.reason } else { nil }
        }

        private static func value(_ answer: CacheAnswer) -> String? {
            if case .hit(let value, _) = answer { value } else { nil }
        }

        private static func worker(_ answer: CacheAnswer) -> String? {
            if case .busy(let work) = answer { work.runName } else { nil }
        }

        @Test(arguments: StoreKind.all)
        func aResultIsTakenUntilItsTimeIsOver(kind: StoreKind) async throws {
            try await kind.withStore { store in
                #expect(Self.reason(try await store.lookUp(Self.request(), at: Sample.at(0))) == .first)
                let kept = Self.result(#"{"a":"ü\u0000"}"#)
                try await store.keep(kept, at: Sample.at(1))
                for hits in 1...2 {
                    let answer = try await store.lookUp(Self.request("h2"), at: Sample.at(2))
                    #expect(Self.value(answer) == #"{"a":"ü\u0000"}"#)
                    let listed = try await store.results(matching: CacheFilter(), limit: 10, at: Sample.at(2))
                    #expect(listed.map(\.hits) == [hits])
                    #expect(listed.map(\.lastHitAt) == [Sample.at(2)])
                }
                guard case .hit(_, let entry) = try await store.lookUp(Self.request("h2"), at: Sample.at(99)) else {
                    throw StoreError.missing(path: "hit")
                }
                #expect(entry.runID == kept.entry.runID)
                #expect(entry.madeAt == Sample.at(1))
                guard case .miss(let miss) = try await store.lookUp(Self.request("h2"), at: Sample.at(100)) else {
                    throw StoreError.missing(path: "miss")
                }
                #expect(miss.reason == .expired)
                #expect(miss.earlier?.runID == kept.entry.runID)
            }
        }

        @Test(arguments: StoreKind.all)
        func onlyOneComputesAndTheNextOneTakesItsResult(kind: StoreKind) async throws {
            try await kind.withStore { store in
                #expect(Self.reason(try await store.lookUp(Self.request("h1"), at: Sample.at(0))) == .first)
                #expect(Self.worker(try await store.lookUp(Self.request("h2"), at: Sample.at(1))) == "run of h1")
                // Asking again is no harm: the answer may have been lost.
                #expect(Self.reason(try await store.lookUp(Self.request("h1"), at: Sample.at(1))) == .first)
                try await store.keep(Self.result("7"), at: Sample.at(2))
                #expect(Self.value(try await store.lookUp(Self.request("h2"), at: Sample.at(3))) == "7")
                // The lock went with the result: a refresh gets it at once.
                #expect(
                    Self.reason(try await store.lookUp(Self.request("h2", refresh: true), at: Sample.at(3))) == .refresh
                )
            }
        }

        /// Of many who ask at the same moment, on several connections where there are any.
        @Test(arguments: StoreKind.all)
        func ofManyWhoAskAtOnceOneGetsTheLock(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let answers = try await withThrowingTaskGroup(of: CacheAnswer.self) { group in
                    for number in 1...20 {
                        group.addTask { try await store.lookUp(Self.request("h\(number)"), at: Sample.at(0)) }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(answers.count { Self.reason($0) != nil } == 1)
                #expect(answers.count { Self.worker($0) != nil } == 19)
            }
        }

        @Test(arguments: StoreKind.all)
        func aHolderThatDiedIsOvertakenAndOneThatRenewsIsNot(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let lock = Self.request().lock
                _ = try await store.lookUp(Self.request("h1"), at: Sample.at(0))
                #expect(try await store.renew(lock, until: Sample.at(60)))
                #expect(Self.worker(try await store.lookUp(Self.request("h2"), at: Sample.at(59))) == "run of h1")
                let taken = try await store.lookUp(Self.request("h2", at: 60), at: Sample.at(60))
                #expect(Self.reason(taken) == .first)
                #expect(try await !store.renew(lock, until: Sample.at(120)))
                // What it gives back is not its own any more.
                try await store.release(lock)
                #expect(Self.worker(try await store.lookUp(Self.request("h3"), at: Sample.at(61))) == "run of h2")
                // Its late result counts, and ends nobody else's lock.
                try await store.keep(Self.result("1", holder: "h1"), at: Sample.at(62))
                #expect(Self.value(try await store.lookUp(Self.request("h3"), at: Sample.at(63))) == "1")
                #expect(
                    Self.worker(try await store.lookUp(Self.request("h3", refresh: true), at: Sample.at(63)))
                        == "run of h2")
            }
        }

        @Test(arguments: StoreKind.all)
        func aFailedComputationLetsTheNextOneBeginAtOnce(kind: StoreKind) async throws {
            try await kind.withStore { store in
                _ = try await store.lookUp(Self.request("h1"), at: Sample.at(0))
                try await store.release(Self.request("h1").lock)
                #expect(Self.reason(try await store.lookUp(Self.request("h2"), at: Sample.at(1))) == .first)
            }
        }

        @Test(arguments: StoreKind.all)
        func otherCodeIsToldAsSuchAndAnotherFlowSeesNothing(kind: StoreKind) async throws {
            try await kind.withStore { store in
                try await store.keep(Self.result(), at: Sample.at(1))
                guard
                    case .miss(let miss) = try await store.lookUp(Self.request(key: "k2"), at: Sample.at(2))
                else { throw StoreError.missing(path: "miss") }
                #expect(miss.reason == .codeChanged)
                #expect(miss.earlier?.codeVersion == "v k1")
                let foreign = try await store.lookUp(Self.request(flow: "other"), at: Sample.at(2))
                #expect(Self.reason(foreign) == .first)
            }
        }

        @Test(arguments: StoreKind.all)
        func resultsAreListedAndRemovedAsAFilterSays(kind: StoreKind) async throws {
            try await kind.withStore { store in
                try await store.keep(Self.result("1", key: "ab1", expires: 10), at: Sample.at(1))
                try await store.keep(Self.result("22", key: "a%2", task: "load"), at: Sample.at(2))
                try await store.keep(Self.result("333", key: "ab3", flow: "other"), at: Sample.at(3))
                let at = Sample.at(10)
                func keys(_ filter: CacheFilter) async throws -> [String] {
                    let keys = try await store.results(matching: filter, limit: 10, at: at).map(\.key)
                    #expect(try await store.countResults(matching: filter, at: at).entries == keys.count)
                    return keys
                }
                #expect(try await keys(CacheFilter()) == ["ab3", "a%2", "ab1"])
                #expect(try await keys(CacheFilter(flow: "etl")) == ["a%2", "ab1"])
                #expect(try await keys(CacheFilter(flow: "etl", task: "load")) == ["a%2"])
                #expect(try await keys(CacheFilter(keyPrefix: "ab")) == ["ab3", "ab1"])
                #expect(try await keys(CacheFilter(keyPrefix: "a%")) == ["a%2"])
                #expect(try await keys(CacheFilter(onlyExpired: true)) == ["ab1"])
                #expect(try await store.results(matching: CacheFilter(), limit: 1, at: at).map(\.key) == ["ab3"])
                let count = try await store.countResults(matching: CacheFilter(), at: at)
                #expect(count == CacheRemovals(entries: 3, bytes: 6))
                let removed = try await store.removeResults(matching: CacheFilter(flow: "etl"), limit: 1, at: at)
                #expect(removed.entries == 1)
                let rest = try await store.removeResults(matching: CacheFilter(flow: "etl"), limit: 10, at: at)
                #expect(rest.entries == 1)
                #expect(try await keys(CacheFilter()) == ["ab3"])
            }
        }

        @Test(arguments: StoreKind.all)
        func retentionRemovesWhatHasBeenExpiredForADay(kind: StoreKind) async throws {
            try await kind.withStore { store in
                for number in 1...250 {
                    try await store.keep(Self.result(key: "k\(number)", expires: 10), at: Sample.at(1))
                }
                try await store.keep(Self.result(key: "young", expires: 11), at: Sample.at(1))
                let policy = StoreRetentionTests.keepsAll
                let now = 86_410.5
                #expect(try await store.retentionStatus(policy, at: Sample.at(now)).due.results == 250)
                let (removed, _) = try await StoreRetentionTests.pass(policy, at: now, store)
                #expect(removed == RetentionRemovals(results: 250, resultBytes: 750))
                let left = try await store.results(matching: CacheFilter(), limit: 10, at: Sample.at(now))
                #expect(left.map(\.key) == ["young"])
                #expect(try await store.lastRetention()?.removed.results == 250)
                _ = try await store.giveBackSpace()
            }
        }

        @Test(arguments: StoreKind.all)
        func ofTooManyBytesThoseGoThatWereNotTakenForLongest(kind: StoreKind) async throws {
            try await kind.withStore { store in
                for number in 1...300 {
                    try await store.keep(
                        Self.result("1234567890", key: "k\(number)", expires: 1e6), at: Sample.at(Double(number)))
                }
                // The oldest is the last that was taken.
                _ = try await store.lookUp(Self.request(key: "k1"), at: Sample.at(400))
                var policy = StoreRetentionTests.keepsAll
                policy.resultBytes = 1005
                let due = RetentionRemovals(results: 200, resultBytes: 2000)
                #expect(try await store.retentionStatus(policy, at: Sample.at(500)).due == due)
                let (removed, _) = try await StoreRetentionTests.pass(policy, at: 500, store)
                #expect(removed == due)
                let left = try await store.results(matching: CacheFilter(), limit: 1000, at: Sample.at(500))
                #expect(left.count == 100)
                #expect(Set(left.map(\.key)) == Set((202...300).map { "k\($0)" } + ["k1"]))
                #expect(try await StoreRetentionTests.pass(policy, at: 501, store).removed == RetentionRemovals())
            }
        }
    }
}
