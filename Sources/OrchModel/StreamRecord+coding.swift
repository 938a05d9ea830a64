extension StreamRecord {
    /// The physical lines of this record, each with its newline and at most ``maximumLineBytes`` long.
    ///
    /// - Parameters:
    ///   - nonce: the attempt's mark, see ``StreamNonce``.
    ///   - attempt: the attempt, from 1.
    ///   - firstSequence: the sequence number of the first line; each further line has the next one.
    public func encodeLines(nonce: String, attempt: Int, firstSequence: Int) -> [[UInt8]] {
        encodeLines(encodeContent(), nonce: nonce, attempt: attempt, firstSequence: firstSequence)
    }

    /// The same of what ``encodeContent()`` has made already.
    public func encodeLines(
        _ content: [UInt8], nonce: String, attempt: Int, firstSequence: Int
    ) -> [[UInt8]] {
        // The content is an object of its own: its opening brace gives way to the head.
        if let line = StreamLine.line(of: content, nonce: nonce, attempt: attempt, sequence: firstSequence) {
            return [line]
        }
        let head = StreamLine.head(nonce: nonce, attempt: attempt)
        // The longest head of a part: three numbers of up to 20 digits, their keys and the closing of the line.
        let room = Self.maximumLineBytes - head.count - 100
        let parts = Self.split(content, room: room)
        return parts.enumerated().map { index, part in
            var line = head
            line += "\(firstSequence + index),\"part\":\(index + 1),\"of\":\(parts.count),\"text\":\"".utf8
            line += part
            line.append(contentsOf: "\"}\n".utf8)
            return line
        }
    }

    /// The object that tells it, without what says whose line it is on.
    public func encodeContent() -> [UInt8] {
        JSONObjectWriter.object { writer in
            writer.member("time", time)
            kind.write(to: &writer)
        }
    }

    /// Cuts UTF-8 into escaped pieces of at most `room` bytes, none inside a character's encoding.
    private static func split(_ bytes: [UInt8], room: Int) -> [[UInt8]] {
        var parts: [[UInt8]] = []
        var part: [UInt8] = []
        part.reserveCapacity(room)
        for (index, byte) in bytes.enumerated() {
            // A scalar is at most 4 bytes, or 6 when escaped; one that may not fit starts the next part.
            let startsScalar = byte & 0xC0 != 0x80
            if startsScalar, part.count + 6 > room, index > 0 {
                parts.append(part)
                part.removeAll(keepingCapacity: true)
            }
            JSONValue.writeEscaped(byte, to: &part)
        }
        parts.append(part)
        return parts
    }
}

extension StreamRecord {
    /// The members that every line may have, whatever it tells.
    private static let header: Set<String> = ["orch", "nonce", "attempt", "seq", "time"]

    /// Reads a record from the object of its line; `nil` where no time or no kind is in it.
    init?(wire object: JSONValue) {
        guard let members = object.objectValue, let time = members["time"]?.stringValue.flatMap(Timestamp.init) else {
            return nil
        }
        guard let (name, body) = members.first(where: { !Self.header.contains($0.key) }),
            let kind = Kind(name: name, body: body)
        else { return nil }
        self.init(time: time, kind)
    }
}

extension StreamRecord.Kind {
    /// Writes the member of the line that holds it.
    func write(to writer: inout JSONObjectWriter) {
        switch self {
        case .hello(let hello):
            writer.object("hello") { writer in
                writer.member("flow", hello.flow)
                writer.member("protocol", hello.protocolVersion)
                writer.member("sdk", hello.sdk)
            }
        case .log(let log): writer.object("log", log.write)
        case .taskState(let task): writer.object("taskState", task.write)
        case .childRun(let child): writer.object("childRun", child.write)
        case .metric(let metric):
            writer.object("metric") { writer in
                writer.member("flowRun", metric.flowRun)
                writer.member("name", metric.name)
                writer.member("taskRun", metric.taskRun)
                writer.member("value", .double(metric.value))
            }
        case .result(let value): writer.member("result", value)
        case .artifact(let artifact):
            writer.object("artifact") { writer in
                writer.member("data", artifact.data)
                writer.member("description", artifact.description)
                writer.member("flowRun", artifact.flowRun)
                writer.member("key", artifact.key)
                writer.member("taskRun", artifact.taskRun)
                writer.member("type", artifact.type)
            }
        case .asset(let asset): writer.member("asset", asset.wire)
        case .outcome(let outcome):
            writer.object("outcome") { writer in
                writer.member("message", outcome.message)
                writer.member("name", outcome.name)
                if let resumption = outcome.resumption, let value = try? JSONValue(encoding: resumption) {
                    writer.member("resumption", value)
                }
                writer.member("type", outcome.type.rawValue)
            }
        case .unknown(let name): writer.member(named: name, .null)
        }
    }

    /// Reads the member of a line; `nil` where a known kind lacks what it must have.
    init?(name: String, body: JSONValue) {
        switch name {
        case "hello":
            guard let version = body["protocol"]?.intValue, let sdk = body["sdk"]?.stringValue,
                let flow = body["flow"]?.stringValue
            else { return nil }
            self = .hello(.init(protocolVersion: Int(version), sdk: sdk, flow: flow))
        case "log":
            guard let log = StreamRecord.Log(wire: body) else { return nil }
            self = .log(log)
        case "taskState":
            guard let task = StreamRecord.TaskState(wire: body) else { return nil }
            self = .taskState(task)
        case "childRun":
            guard let child = StreamRecord.ChildRun(wire: body) else { return nil }
            self = .childRun(child)
        case "metric":
            guard let name = body["name"]?.stringValue else { return nil }
            let value = body["value"]?.doubleValue ?? .nan
            self = .metric(.init(name, value, taskRun: body.identifier("taskRun"), flowRun: body.identifier("flowRun")))
        case "result": self = .result(body)
        case "artifact":
            guard let key = body["key"]?.stringValue, let type = body["type"]?.stringValue else { return nil }
            let description = body["description"]?.stringValue ?? ""
            self = .artifact(
                .init(
                    key: key, type: type, data: body["data"] ?? .null, description: description,
                    taskRun: body.identifier("taskRun"), flowRun: body.identifier("flowRun")))
        case "asset":
            guard let asset = StreamRecord.Asset(wire: body) else { return nil }
            self = .asset(asset)
        case "outcome":
            guard let type = body["type"]?.stringValue.flatMap(StateType.init(rawValue:)) else { return nil }
            let name = body["name"]?.stringValue ?? type.defaultName
            let resumption = body["resumption"].flatMap { try? $0.decode(RunResumption.self) }
            self = .outcome(
                .init(
                    type: type, name: name, message: body["message"]?.stringValue ?? "", resumption: resumption))
        default: self = .unknown(name)
        }
    }
}

extension StreamRecord.Log {
    fileprivate func write(to writer: inout JSONObjectWriter) {
        if continues { writer.member("continues", true) }
        writer.member("flowRun", flowRun)
        writer.member("level", level.rawValue)
        writer.member("logger", logger)
        writer.member("message", message)
        writer.member("stream", stream.rawValue)
        writer.member("taskRun", taskRun)
    }

    fileprivate init?(wire body: JSONValue) {
        guard let message = body["message"]?.stringValue else { return nil }
        self.init(
            body["level"]?.stringValue.flatMap(StreamRecord.Level.init(rawValue:)) ?? .info, message,
            logger: body["logger"]?.stringValue ?? "",
            stream: body["stream"]?.stringValue.flatMap(StreamRecord.Stream.init(rawValue:)) ?? .logger,
            taskRun: body.identifier("taskRun"), flowRun: body.identifier("flowRun"),
            continues: body["continues"]?.boolValue ?? false
        )
    }
}

extension StreamRecord.TaskState {
    fileprivate func write(to writer: inout JSONObjectWriter) {
        writer.member("attempt", attempt)
        if let details { writer.object("details", details.write) }
        writer.member("ended", ended)
        writer.member("flowRun", flowRun)
        if let line {
            writer.object("line") { writer in
                writer.member("level", line.level.rawValue)
                writer.member("message", line.message)
            }
        }
        writer.member("name", name)
        writer.member("started", started)
        writer.member("state", state)
        writer.member("taskRun", taskRun)
    }

    fileprivate init?(wire body: JSONValue) {
        guard let taskRun = body.identifier("taskRun"), let name = body["name"]?.stringValue,
            let state = body["state"].flatMap(RunState.init(wire:))
        else { return nil }
        self.init(
            taskRun: taskRun, name: name, flowRun: body.identifier("flowRun"),
            attempt: Int(body["attempt"]?.intValue ?? 1), state: state,
            started: body["started"]?.stringValue.flatMap(Timestamp.init),
            ended: body["ended"]?.stringValue.flatMap(Timestamp.init),
            details: body["details"].flatMap { try? $0.decode(TaskDetails.self) },
            line: body["line"].flatMap(Line.init(wire:))
        )
    }
}

extension StreamRecord.TaskState.Line {
    fileprivate init?(wire body: JSONValue) {
        guard let message = body["message"]?.stringValue else { return nil }
        self.init(body["level"]?.stringValue.flatMap(StreamRecord.Level.init(rawValue:)) ?? .info, message)
    }
}

extension TaskDetails.Progress {
    fileprivate func write(to writer: inout JSONObjectWriter) {
        writer.member("done", done)
        if let total { writer.member("total", total) }
    }
}

extension TaskDetails {
    /// Writes the members that decoding it reads.
    fileprivate func write(to writer: inout JSONObjectWriter) {
        if let description { writer.member("description", description) }
        if let progress { writer.object("progress", progress.write) }
        if let result { writer.member("result", result) }
        if let tags { writer.member("tags", .array(tags.map { .string($0) })) }
        if let task { writer.member("task", task) }
    }
}

extension StreamRecord.ChildRun {
    fileprivate func write(to writer: inout JSONObjectWriter) {
        writer.member("flow", flow)
        writer.member("flowRun", flowRun)
        writer.member("parameters", .object(parameters))
        writer.member("parent", parent)
        writer.member("state", state)
    }

    fileprivate init?(wire body: JSONValue) {
        guard let flowRun = body.identifier("flowRun"), let flow = body["flow"]?.stringValue,
            let state = body["state"].flatMap(RunState.init(wire:))
        else { return nil }
        let parameters = body["parameters"]?.objectValue ?? [:]
        self.init(
            flowRun: flowRun, parent: body.identifier("parent"), flow: flow, parameters: parameters, state: state)
    }
}

extension StreamRecord.Asset {
    fileprivate var wire: JSONValue {
        var members = record.members
        members["flowRun"] = flowRun.map { .string($0.description) }
        return .object(members)
    }

    fileprivate init?(wire body: JSONValue) {
        guard let record = try? body.decode(AssetRecord.self) else { return nil }
        self.init(record, flowRun: body.identifier("flowRun"))
    }
}

extension AssetRecord {
    /// The members that decoding it reads.
    fileprivate var members: [String: JSONValue] {
        var members: [String: JSONValue] = [
            "namespace": .string(namespace), "dataset": .string(dataset), "uri": .string(uri),
            "version": .string(version), "bytes": .int(bytes), "sha256": .string(sha256),
            "schema": .array(schema.map { ["name": .string($0.name), "type": .string($0.type)] }),
        ]
        members["schemaVersion"] = schemaVersion.map { .int(Int64($0)) }
        members["rows"] = rows.map { .int($0) }
        members["source"] = source.map { .string($0) }
        members["sourceSHA256"] = sourceSHA256.map { .string($0) }
        members["fileMonth"] = fileMonth.map { .string($0) }
        members["dataIntervalStart"] = dataIntervalStart.map { .string($0.description) }
        members["dataIntervalEnd"] = dataIntervalEnd.map { .string($0.description) }
        return members
    }
}

extension RunState {
    fileprivate init?(wire body: JSONValue) {
        guard let type = body["type"]?.stringValue.flatMap(StateType.init(rawValue:)),
            let at = body["at"]?.stringValue.flatMap(Timestamp.init)
        else { return nil }
        self.init(
            type, name: body["name"]?.stringValue, message: body["message"]?.stringValue ?? "", at: at,
            actor: body["actor"]?.stringValue ?? "")
    }
}

extension JSONValue {
    fileprivate func identifier(_ name: String) -> Identifier? {
        self[name]?.stringValue.flatMap(Identifier.init)
    }
}
