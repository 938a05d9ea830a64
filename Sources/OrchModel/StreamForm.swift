/// The forms of the lines of a run stream. The agent says which it reads, by `ORCH_STREAM`; programs that never heard of it
/// write the first one, and so does a program whose agent says nothing.
public enum StreamForm {
    /// A line has one record, or a part of one.
    public static let oneRecordALine = 1
    /// A line may have several records.
    public static let severalRecordsALine = 2
    /// The newest one that agents of this version read.
    public static let newest = severalRecordsALine
}
