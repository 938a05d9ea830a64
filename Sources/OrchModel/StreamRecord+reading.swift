/// Reading the records that there are most of member by member: an agent reads tens of thousands a second. Each reads what
/// ``StreamRecord/init(wire:)`` reads of the same text, or throws.
extension JSONReader {
    /// Reads a record whose first member is next.
    mutating func streamRecord() throws -> StreamRecord {
        var time: Timestamp?
        var kind: StreamRecord.Kind?
        try members { reader, name in
            switch name {
            case "time": time = try reader.time()
            case "taskState": kind = .taskState(try reader.taskState())
            case "log": kind = .log(try reader.log())
            case "part", "of", "orch", "nonce", "attempt", "seq": throw reader.error("no whole record")
            default:
                guard let other = StreamRecord.Kind(name: name.text, body: try reader.value()), kind == nil else {
                    throw reader.error("a record that lacks something")
                }
                kind = other
            }
        }
        guard let time, let kind else { throw error("a record without a time or a kind") }
        return StreamRecord(time: time, kind)
    }

    private mutating func log() throws -> StreamRecord.Log {
        var log = StreamRecord.Log(.info, "", logger: "")
        var hasMessage = false
        try object { reader, name in
            switch name {
            case "continues": log.continues = try reader.readBool()
            case "flowRun": log.flowRun = try reader.identifier()
            case "level": log.level = try reader.word()
            case "logger": log.logger = try reader.readString()
            case "message":
                log.message = try reader.readString()
                hasMessage = true
            case "stream": log.stream = try reader.word()
            case "taskRun": log.taskRun = try reader.identifier()
            default: _ = try reader.value()
            }
        }
        guard hasMessage else { throw error("a log line without a message") }
        return log
    }

    private mutating func taskState() throws -> StreamRecord.TaskState {
        var (taskRun, flowRun): (Identifier?, Identifier?)
        var (started, ended): (Timestamp?, Timestamp?)
        var (name, attempt): (String?, Int) = (nil, 1)
        var state: RunState?
        var details: TaskDetails?
        var line: StreamRecord.TaskState.Line?
        try object { reader, member in
            switch member {
            case "attempt": attempt = try reader.integer()
            case "details": details = try reader.value().decode(TaskDetails.self)
            case "ended": ended = try reader.time()
            case "flowRun": flowRun = try reader.identifier()
            case "line": line = try reader.taskLine()
            case "name": name = try reader.readString()
            case "started": started = try reader.time()
            case "state": state = try reader.runState()
            case "taskRun": taskRun = try reader.identifier()
            default: _ = try reader.value()
            }
        }
        guard let taskRun, let name, let state else { throw error("a task that lacks something") }
        return StreamRecord.TaskState(
            taskRun: taskRun, name: name, flowRun: flowRun, attempt: attempt, state: state, started: started,
            ended: ended, details: details, line: line)
    }

    private mutating func taskLine() throws -> StreamRecord.TaskState.Line {
        var (level, message): (StreamRecord.Level, String?) = (.info, nil)
        try object { reader, name in
            switch name {
            case "level": level = try reader.word()
            case "message": message = try reader.readString()
            default: _ = try reader.value()
            }
        }
        guard let message else { throw error("a line without a message") }
        return StreamRecord.TaskState.Line(level, message)
    }

    private mutating func runState() throws -> RunState {
        var (type, at): (StateType?, Timestamp?)
        var (name, message, actor): (String?, String, String) = (nil, "", "")
        try object { reader, member in
            switch member {
            case "actor": actor = try reader.readString()
            case "at": at = try reader.time()
            case "message": message = try reader.readString()
            case "name": name = try reader.readString()
            case "type": type = try reader.word()
            default: _ = try reader.value()
            }
        }
        guard let type, let at else { throw error("a state that lacks something") }
        return RunState(type, name: name, message: message, at: at, actor: actor)
    }
}
