import OrchModel
import OrchStore

extension StoreFigures {
    /// The figures as gauges.
    func families(at: Timestamp) -> [MetricFamily] {
        let states = StateType.allCases.filter { !$0.isTerminal && $0 != .scheduled }
        return [
            MetricFamily(MetricCatalog.storeUp, 1),
            perQueue(MetricCatalog.queueDepth) { Double($0.due) },
            perQueue(MetricCatalog.queueBlocked) { Double($0.blocked) },
            perLimit(MetricCatalog.limitSlots, \.slots), perLimit(MetricCatalog.limitHeld, \.held),
            perLimit(MetricCatalog.limitWaiting, \.waiting),
            perQueue(MetricCatalog.queueScheduled) { Double($0.scheduled) },
            perQueue(MetricCatalog.queueOldestWait) { queue in
                queue.oldestDue.map { max(0, (at - $0) / .seconds(1)) } ?? 0
            },
            perQueue(MetricCatalog.queueAgents) { Double($0.polling) },
            MetricFamily(
                MetricCatalog.runsLive,
                states.map { MetricFamily.Sample(labels: [$0.rawValue], value: Double(live[$0] ?? 0)) }),
            MetricFamily(MetricCatalog.runsUnobserved, Double(unobserved)),
            MetricFamily(MetricCatalog.agentsPolling, Double(polling)),
            MetricFamily(
                MetricCatalog.agentRuns,
                held.sorted { $0.key < $1.key }.map { MetricFamily.Sample(labels: [$0.key], value: Double($0.value)) }),
            MetricFamily(MetricCatalog.databaseBytes, Double(databaseBytes)),
        ]
    }

    private func perLimit(_ description: MetricDescription, _ value: (Limit) -> Int) -> MetricFamily {
        MetricFamily(
            description, limits.map { MetricFamily.Sample(labels: [$0.key], value: Double(value($0))) })
    }

    private func perQueue(_ description: MetricDescription, _ value: (Queue) -> Double) -> MetricFamily {
        MetricFamily(description, queues.map { MetricFamily.Sample(labels: [$0.name], value: value($0)) })
    }
}
