import OrchModel

/// Reads one deployment: its keys by their shapes, then what they mean together.
struct EntryReader {
    var shapes = ShapeReader()
    private(set) var values: [String: JSONValue] = [:]
    private var start = SourcePlace(line: 1, column: 1)

    var problems: [FileProblem] { shapes.problems }
    var places: [String: SourcePlace] { shapes.places }

    /// The deployment; nil where it has not even a name.
    mutating func entry(_ node: YAMLNode) -> DeploymentEntry? {
        start = node.place
        let prepared = PrefectForm.prepared(node, problems: &shapes.problems)
        guard let read = shapes.object(prepared, as: .deployment, at: "") else { return nil }
        values = read
        var entry = DeploymentEntry(name: text("name") ?? "")
        entry.description = text("description")
        entry.versionName = text("version")
        entry.tags = texts("tags")
        entry.command = texts("command")
        entry.parameters = values["parameters"]?.objectValue
        entry.parameterSchema = values["parameter_openapi_schema"].flatMap { $0.isNull ? nil : $0 }
        entry.enforcesParameterSchema = flag("enforce_parameter_schema")
        entry.runName = text("run_name")
        entry.priority = whole("priority")
        entry.requires = values["requires"]?.objectValue
        entry.dependsOnPast = flag("depends_on_past")
        entry.source = source()
        checkCommand(entry)
        readFlow(into: &entry)
        readQueue(into: &entry)
        readLimit(into: &entry)
        readSchedules(into: &entry)
        readInfrastructure(into: &entry)
        readPolicy(into: &entry)
        checkName(entry)
        return entry
    }

    // MARK: - Values by key

    func text(_ key: String) -> String? { values[key]?.stringValue }
    func flag(_ key: String) -> Bool? { values[key]?.boolValue }
    func whole(_ key: String) -> Int? { values[key]?.intValue.flatMap { Int(exactly: $0) } }
    func seconds(_ key: String) -> Double? { values[key]?.doubleValue }
    func texts(_ key: String) -> [String]? { values[key]?.arrayValue?.compactMap(\.stringValue) }

    private func place(_ key: String) -> SourcePlace { shapes.places[key] ?? start }

    mutating func refuse(_ key: String, _ message: String) {
        shapes.refuse(key, message, at: place(key))
    }

    mutating func warn(_ key: String, _ message: String) {
        shapes.problems.append(FileProblem("\(key): \(message)", at: place(key), isWarning: true))
    }

    private mutating func checkName(_ entry: DeploymentEntry) {
        guard values["name"] != nil else { return }
        for (key, name) in [("name", entry.name), ("flow_name", entry.flowName), ("work_queue_name", entry.workQueue)] {
            guard let name, name.isEmpty || name.utf8.count > 200 || name.contains("/") else { continue }
            refuse(key, "expected 1 to 200 characters without \"/\", got \(Shown.quoted(name))")
        }
    }

    /// A text that is several words would be the name of a program.
    private mutating func checkCommand(_ entry: DeploymentEntry) {
        // An element of a list has a place of its own, and is one word whatever is in it.
        guard let text = entry.command?.first, shapes.places["command[0]"] == nil else { return }
        let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
        guard words.count > 1 else { return }
        guard shapes.sources["command"] == nil else {
            return refuse(
                "command",
                "a command is a list of words: write command: [PROGRAM, ARGUMENT], each with its variable quoted")
        }
        let isPlain = words.allSatisfy { $0.unicodeScalars.allSatisfy(Self.isOfPlainWord) }
        let list = isPlain ? words.joined(separator: ", ") : "sh, -c, \(JSONValue.string(text).jsonText)"
        refuse("command", "a command is a list of words, and this is one text: write command: [\(list)]")
    }

    /// Whether YAML and a shell both leave a character as it is.
    private static func isOfPlainWord(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || "-_./=+".unicodeScalars.contains(scalar)
    }

    // MARK: - What keys mean together

    private mutating func readFlow(into entry: inout DeploymentEntry) {
        entry.flowName = text("flow_name")
        entry.image = text("image")
        guard let entrypoint = text("entrypoint") else { return }
        guard let (file, function) = Self.pythonFunction(entrypoint) else {
            if entry.image != nil, entry.flowName != nil {
                entry.entrypoint = nil
            } else {
                entry.entrypoint = entrypoint
            }
            return
        }
        if entry.flowName == nil { entry.flowName = function }
        warn(
            "entrypoint",
            "\(file) is not read: the image holds the flow "
                + "\(Shown.quoted(entry.flowName ?? function)), where - and _ count as equal")
    }

    /// `flows.py:etl_parent_flow`, taken apart; nil where it is no Python file.
    private static func pythonFunction(_ entrypoint: String) -> (file: String, function: String)? {
        guard let colon = entrypoint.lastIndex(of: ":") else { return nil }
        let (file, function) = (entrypoint[..<colon], entrypoint[entrypoint.index(after: colon)...])
        guard file.hasSuffix(".py"), !function.isEmpty, !function.contains("/") else { return nil }
        return (String(file), String(function))
    }

    private mutating func readQueue(into entry: inout DeploymentEntry) {
        let pool = values["work_pool"]
        entry.workQueue = text("work_queue_name") ?? pool?["work_queue_name"]?.stringValue
        if let both = text("work_queue_name"), let other = pool?["work_queue_name"]?.stringValue, both != other {
            refuse("work_pool.work_queue_name", "says \(other), and work_queue_name says \(both): leave one out")
        }
    }

    private mutating func source() -> SourceSpec? {
        guard let members = values["source"]?.objectValue, let url = members["url"]?.stringValue else { return nil }
        guard var spec = SourceText.read(url) else {
            refuse("source", "expected \(SourceText.expected), got \(Shown.quoted(url))")
            return nil
        }
        spec.ref = members["ref"]?.stringValue ?? spec.ref
        spec.path = members["path"]?.stringValue ?? spec.path
        spec.credentials = members["credentials"]?.stringValue
        return spec
    }

    private mutating func readLimit(into entry: inout DeploymentEntry) {
        let limit = values["concurrency_limit"]
        entry.concurrencyLimit = limit?["limit"]?.intValue.flatMap { Int(exactly: $0) }
        entry.collisionStrategy =
            limit?["collision_strategy"]?.stringValue.flatMap(CollisionStrategy.init)
            ?? text("collision_strategy").flatMap(CollisionStrategy.init)
        if entry.collisionStrategy != nil, entry.concurrencyLimit == nil, limit == nil {
            refuse("collision_strategy", "says what happens beyond a limit, and there is none: add concurrency_limit")
        }
    }
}
