import OrchModel
import OrchStore
import Testing

extension StoreConformance {
    struct StoreQuestionTests {
        private func question(_ image: String = "taxi:latest") -> AgentTask {
            AgentTask(id: .new(), question: .describeImage(reference: image))
        }

        @Test(arguments: StoreKind.all)
        func aQuestionIsTakenOnceUntilPatienceIsOver(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let task = question()
                try await store.ask(
                    task, of: "default", placement: Placement(nil), until: Sample.at(60), at: Sample.at(0))
                func take(_ queues: [String], at seconds: Double) async throws -> [AgentTask] {
                    try await store.takeQuestions(
                        of: queues, labels: [:], lastTakenBefore: Sample.at(seconds - 20), at: Sample.at(seconds))
                }
                #expect(try await take(["gpu"], at: 1).isEmpty)
                #expect(try await take([], at: 1).isEmpty)
                #expect(try await take(["gpu", "default"], at: 1) == [task])
                #expect(try await take(["default"], at: 5).isEmpty)
                #expect(try await take(["default"], at: 22) == [task])
                #expect(try await take(["default"], at: 61).isEmpty)
            }
        }

        @Test("a question is for agents that would get such runs", arguments: StoreKind.all)
        func aQuestionIsNotForEveryAgent(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let (anywhere, arm) = (question("a"), question("b"))
                try await store.ask(
                    anywhere, of: "default", placement: Placement(nil), until: Sample.at(60), at: Sample.at(0))
                try await store.ask(
                    arm, of: "default", placement: Placement(["arch": "arm64"]), until: Sample.at(60), at: Sample.at(0))
                func take(_ labels: [String: JSONValue]) async throws -> [AgentTask] {
                    try await store.takeQuestions(
                        of: ["default"], labels: labels, lastTakenBefore: Sample.at(0), at: Sample.at(1))
                }
                #expect(try await take(["arch": "arm64", "infrastructure": ["process"]]).isEmpty)
                #expect(try await take(["arch": "amd64", "infrastructure": ["docker"]]) == [anywhere])
                #expect(try await take(["arch": "arm64", "infrastructure": ["docker", "process"]]) == [arm])
            }
        }

        @Test(arguments: StoreKind.all)
        func anAnswerIsKeptForWhoAsked(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let task = question()
                try await store.ask(
                    task, of: "default", placement: Placement(nil), until: Sample.at(60), at: Sample.at(0))
                #expect(try await store.answer(to: task.id) == nil)
                let isAwaited = try await store.answer(task.id, with: .noDescription(image: "taxi:latest"))
                #expect(isAwaited)
                #expect(try await store.answer(to: task.id) == .noDescription(image: "taxi:latest"))
                try await store.forgetQuestion(task.id)
                let isAwaitedStill = try await store.answer(task.id, with: .failed(message: "late"))
                #expect(!isAwaitedStill)
            }
        }

        @Test("news of a pull stands until the answer, and is refused once nobody waits", arguments: StoreKind.all)
        func newsOfAPull(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let task = question()
                try await store.ask(
                    task, of: "default", placement: Placement(nil), until: Sample.at(60), at: Sample.at(0))
                func tell(_ number: Int, at seconds: Double) async throws -> Bool {
                    try await store.tell(
                        PullNews(task: task.id, number: number, message: "pulling"), at: Sample.at(seconds))
                }
                #expect(try await tell(1, at: 1))
                #expect(try await tell(2, at: 60))
                #expect(
                    try await store.answer(to: task.id)
                        == .pulling(PullNews(task: task.id, number: 2, message: "pulling")))
                // Whoever works on it is known to.
                #expect(
                    try await store.takeQuestions(
                        of: ["default"], labels: [:], lastTakenBefore: Sample.at(40), at: Sample.at(60)
                    ).isEmpty)
                #expect(try await tell(3, at: 61) == false)
                #expect(try await store.keepQuestion(task.id, until: Sample.at(120)))
                #expect(try await tell(3, at: 61))
                _ = try await store.answer(task.id, with: .noDescription(image: "taxi:latest"))
                #expect(try await tell(4, at: 62))
                #expect(try await store.answer(to: task.id) == .noDescription(image: "taxi:latest"))
                try await store.forgetQuestion(task.id)
                #expect(try await tell(5, at: 63) == false)
                #expect(try await store.keepQuestion(task.id, until: Sample.at(120)) == false)
            }
        }

        @Test(arguments: StoreKind.all)
        func questionsOfWhoeverWentAwayAreRemoved(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let old = question("old")
                try await store.ask(
                    old, of: "default", placement: Placement(nil), until: Sample.at(60), at: Sample.at(0))
                try await store.ask(
                    question("new"), of: "default", placement: Placement(nil), until: Sample.at(200), at: Sample.at(100)
                )
                let isAwaited = try await store.answer(old.id, with: .failed(message: "late"))
                #expect(!isAwaited)
            }
        }
    }
}
