extension StreamRecord {
    /// The physical lines of this record, each with its newline and at most ``maximumLineBytes`` long.
    ///
    /// - Parameters:
    ///   - nonce: the attempt's mark, see ``StreamNonce``.
    ///   - attempt: the attempt, from 1.
    ///   - firstSequence: the sequence number of the first line; each further line has the next one.
    public func encodeLines(nonce: String, attempt: Int, firstSequence: Int) -> [[UInt8]] {
        let (name, body) = kind.wire
        var content: [UInt8] = []
        content.append(contentsOf: "\"time\":\"\(time)\",\"\(name)\":".utf8)
        body.write(to: &content)
        let head = "{\"orch\":\(Self.protocolVersion),\"nonce\":\"\(nonce)\",\"attempt\":\(attempt),\"seq\":"
        var line = Array("\(head)\(firstSequence),".utf8)
        if line.count + content.count + 2 <= Self.maximumLineBytes {
            line += content
            line += [UInt8(ascii: "}"), UInt8(ascii: "\n")]
            return [line]
        }
        // The longest head of a part: three numbers of up to 20 digits, their keys and the closing of the line.
        let room = Self.maximumLineBytes - head.utf8.count - 100
        let parts = Self.split([UInt8(ascii: "{")] + content + [UInt8(ascii: "}")], room: room)
        return parts.enumerated().map { index, part in
            var line = Array(
                "\(head)\(firstSequence + index),\"part\":\(index + 1),\"of\":\(parts.count),\"text\":\"".utf8)
            line += part
            line.append(contentsOf: "\"}\n".utf8)
            return line
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
    /// Reads a record from the object of its line; `nil` where no time or no kind is in it.
    init?(wire object: JSONValue) {
        guard let members = object.objectValue, let time = members["time"]?.stringValue.flatMap(Timestamp.init) else {
            return nil
        }
        let header: Set<String> = ["orch", "nonce", "attempt", "seq", "time"]
        guard let (name, body) = members.first(where: { !header.contains($0.key) }),
            let kind = Kind(name: name, body: body)
        else { return nil }
        self.init(time: time, kind)
    }
}

extension StreamRecord.Kind {
    /// The member of the line that holds it, and its value.
    var wire: (name: String, body: JSONValue) {
        switch self {
        case .hello(let hello):
            let body: JSONValue = [
                "protocol": .int(Int64(hello.protocolVersion)), "sdk": .string(hello.sdk),
                "flow": .string(hello.flow),
            ]
            return ("hello", body)
        case .log(let log): return ("log", log.wire)
        case .taskState(let task): return ("taskState", task.wire)
        case .childRun(let child): return ("childRun", child.wire)
        case .metric(let metric):
            var body: JSONValue = ["name": .string(metric.name), "value": .double(metric.value)]
            body["taskRun"] = metric.taskRun.map { .string($0.description) }
            body["flowRun"] = metric.flowRun.map { .string($0.description) }
            return ("metric", body)
        case .result(let value): return ("result", value)
        case .artifact(let artifact):
            let body: JSONValue = [
                "key": .string(artifact.key), "type": .string(artifact.type), "data": artifact.data,
                "description": .string(artifact.description),
            ]
            return ("artifact", body)
        case .asset(let asset): return ("asset", asset.wire)
        case .outcome(let outcome):
            let body: JSONValue = [
                "type": .string(outcome.type.rawValue), "name": .string(outcome.name),
                "message": .string(outcome.message),
            ]
            return ("outcome", body)
        case .unknown(let name): return (name, .null)
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
            self = .artifact(.init(key: key, type: type, data: body["data"] ?? .null, description: description))
        case "asset":
            guard let asset = StreamRecord.Asset(wire: body) else { return nil }
            self = .asset(asset)
        case "outcome":
            guard let type = body["type"]?.stringValue.flatMap(StateType.init(rawValue:)) else { return nil }
            let name = body["name"]?.stringValue ?? type.defaultName
            self = .outcome(.init(type: type, name: name, message: body["message"]?.stringValue ?? ""))
        default: self = .unknown(name)
        }
    }
}

extension StreamRecord.Log {
    fileprivate var wire: JSONValue {
        var members: [String: JSONValue] = [
            "level": .string(level.rawValue), "message": .string(message), "logger": .string(logger),
            "stream": .string(stream.rawValue),
        ]
        members["taskRun"] = taskRun.map { .string($0.description) }
        members["flowRun"] = flowRun.map { .string($0.description) }
        if continues { members["continues"] = true }
        return .object(members)
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
    fileprivate var wire: JSONValue {
        var members: [String: JSONValue] = [
            "taskRun": .string(taskRun.description), "name": .string(name), "attempt": .int(Int64(attempt)),
            "state": state.wire,
        ]
        members["flowRun"] = flowRun.map { .string($0.description) }
        members["started"] = started.map { .string($0.description) }
        members["ended"] = ended.map { .string($0.description) }
        members["details"] = details?.wire
        return .object(members)
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
            details: body["details"].flatMap { try? $0.decode(TaskDetails.self) }
        )
    }
}

extension TaskDetails {
    /// The members that decoding it reads.
    fileprivate var wire: JSONValue {
        var members: [String: JSONValue] = [:]
        members["task"] = task.map { .string($0) }
        members["description"] = description.map { .string($0) }
        members["tags"] = tags.map { .array($0.map { .string($0) }) }
        return .object(members)
    }
}

extension StreamRecord.ChildRun {
    fileprivate var wire: JSONValue {
        var members: [String: JSONValue] = [
            "flowRun": .string(flowRun.description), "flow": .string(flow), "parameters": .object(parameters),
            "state": state.wire,
        ]
        members["parent"] = parent.map { .string($0.description) }
        return .object(members)
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
    fileprivate var wire: JSONValue {
        [
            "type": .string(type.rawValue), "name": .string(name), "message": .string(message),
            "at": .string(at.description), "actor": .string(actor),
        ]
    }

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
