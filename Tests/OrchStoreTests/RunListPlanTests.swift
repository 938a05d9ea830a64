import GRDB
import OrchStore
import Testing

/// Lists of runs read what they show, and retention what has to go: by indexes, however many runs there are.
struct RunListPlanTests {
    private static let hasEnded = """
        root_number IS NULL AND ended_at IS NOT NULL \
        AND state_type NOT IN ('SCHEDULED', 'PENDING', 'RUNNING', 'PAUSED', 'CANCELLING')
        """

    @Test(arguments: [
        ("root_number IS NULL ORDER BY number DESC", "flow_run_listed"),
        ("root_number IS NULL AND state_type = 'FAILED' ORDER BY number DESC", "flow_run_by_state"),
        ("root_number IS NULL AND lower(state_name) = 'late' ORDER BY number DESC", "flow_run_by_state_name"),
        ("root_number IS NULL AND deployment_name = 'd' ORDER BY number DESC", "flow_run_by_deployment"),
        ("root_number IS NULL AND flow_name = 'f' ORDER BY number DESC", "flow_run_by_flow"),
        ("parent_id = 'p' ORDER BY number DESC", "flow_run_by_parent"),
        ("retiring IS NOT NULL ORDER BY number", "flow_run_retiring"),
        ("\(hasEnded) AND ended_at < 5 ORDER BY ended_at, number", "flow_run_ended"),
        ("\(hasEnded) AND logs_removed_at IS NULL AND ended_at < 5 ORDER BY ended_at, number", "flow_run_ended_with_logs"),
        ("\(hasEnded) AND deployment_id = 'd' AND number <= 5 ORDER BY number", "flow_run_ended_by_deployment"),
    ])
    func aListIsReadByItsIndexAndNotSorted(condition: String, index: String) async throws {
        try await StoreFolder.with { folder in
            let path = "\(folder)/orch.sqlite"
            try await RelationalStore.openSQLite(path: path).close()
            let queue = try DatabaseQueue(path: path)
            let plan = try await queue.read { db in
                try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN SELECT * FROM flow_run WHERE \(condition) LIMIT 1")
                    .map { $0["detail"] as String }.joined(separator: "\n")
            }
            try queue.close()
            #expect(plan.contains("USING INDEX \(index)") && !plan.contains("TEMP B-TREE"), "\(plan)")
        }
    }
}
