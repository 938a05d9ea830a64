import OrchModel

/// What a run has in common with others, as limits count it.
struct RunKeys {
    var number: Int64
    var id: Identifier
    var name: String
    var flowName: String
    var deploymentName: String?
    var stateName: String
    var parentID: Identifier?
    var isAwaited: Bool
    /// What it waits for, where that was written down.
    var blockedOn: String?
    /// In the order in which the run waits: the narrow ones first.
    var keys: [LimitKey]

    /// The keys of runs, in no order.
    ///
    /// - Parameter numbers: the runs' rows.
    static func load(_ numbers: [Int64], _ db: any SQLSession) throws -> [Int64: RunKeys] {
        guard !numbers.isEmpty else { return [:] }
        let list = SQLList(numbers)
        let tags = try tags(of: list, db)
        let rows = try db.rows(
            """
            SELECT number, id, name, flow_name, deployment_name, state_name, parent_id, is_awaited, blocked_on,
                deployment_id, schedule_id, backfill_id, work_queue
            FROM flow_run WHERE number IN \(list.marks)
            """, list.arguments)
        var found: [Int64: RunKeys] = [:]
        for row in rows {
            var reader = RowReader(row, table: "flow_run")
            let number: Int64 = try reader.next()
            var run = RunKeys(
                number: number, id: try reader.identifier(), name: try reader.next(), flowName: try reader.next(),
                deploymentName: try reader.optional(), stateName: try reader.next(),
                parentID: try reader.optionalIdentifier(), isAwaited: try reader.optional(Int.self) == 1,
                blockedOn: try reader.optional(),
                keys: (tags[number] ?? []).sorted().map(LimitKey.tag))
            if let id: String = try reader.optional() { run.keys.append(.deployment(id)) }
            if let id: String = try reader.optional() { run.keys.append(.schedule(id)) }
            if let id: String = try reader.optional() { run.keys.append(.backfill(id)) }
            run.keys += [.queue(try reader.next()), .global]
            found[number] = run
        }
        return found
    }

    /// Tags of runs that have a limit.
    private static func tags(of list: SQLList, _ db: any SQLSession) throws -> [Int64: [String]] {
        var tags: [Int64: [String]] = [:]
        let rows = try db.rows(
            """
            SELECT run, tag FROM flow_run_tag
            WHERE run IN \(list.marks) AND EXISTS (SELECT 1 FROM run_limit WHERE key = 'tag:' || flow_run_tag.tag)
            """, list.arguments)
        for row in rows {
            var reader = RowReader(row, table: "flow_run_tag")
            tags[try reader.next(), default: []].append(try reader.next())
        }
        return tags
    }

    /// What people call a limit that this run waits for.
    func label(of key: LimitKey) -> String {
        guard case .deployment = key, let deploymentName else { return key.label }
        return "deployment \(flowName)/\(deploymentName)"
    }
}

extension LimitKey {
    /// What people call it.
    var label: String {
        switch self {
        case .global: "the global limit"
        case .queue(let name): "queue \(name)"
        case .tag(let tag): "tag \(tag)"
        case .deployment(let id): "deployment \(id)"
        case .schedule(let id): "schedule \(id)"
        case .backfill(let id): "backfill \(id)"
        }
    }

    /// A run that holds a slot: live, with an agent. One that is suspended has none.
    static func holds(_ alias: String) -> String {
        """
        \(alias).\(StoreSchema.isLive) AND \(alias).root_number IS NULL AND \(alias).agent IS NOT NULL
        """
    }

    /// The condition that a run has this in common; one argument where `argument` is not nil.
    func condition(_ alias: String) -> (sql: String, argument: String?) {
        switch self {
        case .global: ("1 = 1", nil)
        case .queue(let name): ("\(alias).work_queue = ?", name)
        case .deployment(let id): ("\(alias).deployment_id = ?", id)
        case .schedule(let id): ("\(alias).schedule_id = ?", id)
        case .backfill(let id): ("\(alias).backfill_id = ?", id)
        case .tag(let tag):
            (
                "EXISTS (SELECT 1 FROM flow_run_tag WHERE flow_run_tag.tag = ? AND flow_run_tag.run = \(alias).number)",
                tag
            )
        }
    }
}
