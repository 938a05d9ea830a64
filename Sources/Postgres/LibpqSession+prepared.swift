import CLibpq

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

extension LibpqSession {
    /// Types by their object identifiers, as `pg_type.dat` has them.
    /// https://github.com/postgres/postgres/blob/REL_15_STABLE/src/include/catalog/pg_type.dat
    private enum TypeID {
        static let bool: Oid = 16
        static let bytea: Oid = 17
        static let int8: Oid = 20
        static let int2: Oid = 21
        static let int4: Oid = 23
        static let float4: Oid = 700
        static let float8: Oid = 701
        /// name, text, varchar, bpchar, unknown.
        static let texts: Set<Oid> = [19, 25, 1043, 1042, 705]
        static let void: Oid = 2278
    }

    /// Runs a statement that stays prepared, its answer in binary.
    func executePrepared(
        _ sql: String, _ parameters: [PostgresValue], _ cancellation: StatementCancellation?
    ) -> Result<PostgresRows, PostgresError> {
        guard connection != nil else { return .failure(.closed) }
        switch prepare(sql, cancellation) {
        case .failure(let error):
            return .failure(error)
        case .success(let name):
            guard send(name, parameters) else { return .failure(lost(sql)) }
            var rows: Result<PostgresRows, PostgresError>?
            let answer = collect(sql, cancellation) { rows = Self.rows($0, sql) }
            if case .failure(let error) = answer { return .failure(error) }
            return rows ?? .success(PostgresRows(columns: [], rows: [], affectedRows: 0))
        }
    }

    func prepare(_ sql: String, _ cancellation: StatementCancellation?) -> Result<String, PostgresError> {
        if let name = prepared[sql] { return .success(name) }
        let name = "orch_\(prepared.count)"
        guard PQsendPrepare(connection, name, sql, 0, nil) == 1 else { return .failure(lost(sql)) }
        return collect(sql, cancellation).map { _ in
            prepared[sql] = name
            return name
        }
    }

    func send(_ name: String, _ parameters: [PostgresValue]) -> Bool {
        var formats: [Int32] = []
        var lengths: [Int32] = []
        // Each with a NUL at its end, as texts are sent to the first one.
        var buffers: [UnsafeMutablePointer<CChar>?] = []
        defer { buffers.forEach { free($0) } }
        for parameter in parameters {
            let bytes = Self.bytes(of: parameter)
            formats.append(bytes?.isBinary == true ? 1 : 0)
            lengths.append(Int32(bytes?.content.count ?? 0))
            buffers.append(bytes.flatMap { Self.copy($0.content) })
        }
        let values = buffers.map { $0.map { UnsafePointer($0) } }
        return PQsendQueryPrepared(connection, name, Int32(parameters.count), values, lengths, formats, 1) == 1
    }

    private static func bytes(of value: PostgresValue) -> (content: [UInt8], isBinary: Bool)? {
        switch value {
        case .null: nil
        case .integer(let number): (Array("\(number)".utf8), false)
        case .real(let number): (Array("\(number)".utf8), false)
        case .text(let text):
            (
                text.utf8.contains(0)
                    ? text.utf8.flatMap { $0 == 0 ? Array("\u{2400}".utf8) : [$0] } : Array(text.utf8), false
            )
        case .bytes(let bytes): (bytes, true)
        }
    }

    private static func copy(_ bytes: [UInt8]) -> UnsafeMutablePointer<CChar>? {
        guard let buffer = malloc(bytes.count + 1) else { return nil }
        bytes.withUnsafeBytes { source in
            if let start = source.baseAddress { memcpy(buffer, start, source.count) }
        }
        buffer.storeBytes(of: 0, toByteOffset: bytes.count, as: UInt8.self)
        return buffer.assumingMemoryBound(to: CChar.self)
    }

    static func rows(_ result: OpaquePointer, _ sql: String) -> Result<PostgresRows, PostgresError> {
        let width = PQnfields(result)
        let types = (0..<width).map { PQftype(result, $0) }
        var rows: [[PostgresValue]] = []
        rows.reserveCapacity(Int(PQntuples(result)))
        for row in 0..<PQntuples(result) {
            var values: [PostgresValue] = []
            values.reserveCapacity(Int(width))
            for column in 0..<width {
                guard let value = value(result, row, column, types[Int(column)]) else {
                    let name = String(cString: PQfname(result, column))
                    return .failure(
                        .unexpectedAnswer(statement: sql, got: "the column \(name) of type \(types[Int(column)])"))
                }
                values.append(value)
            }
            rows.append(values)
        }
        return .success(
            PostgresRows(
                columns: (0..<width).map { String(cString: PQfname(result, $0)) }, rows: rows,
                affectedRows: Int(String(cString: PQcmdTuples(result))) ?? 0,
                command: String(cString: PQcmdStatus(result))))
    }

    private static func value(_ result: OpaquePointer, _ row: Int32, _ column: Int32, _ type: Oid) -> PostgresValue? {
        guard PQgetisnull(result, row, column) == 0 else { return .null }
        let bytes = UnsafeRawBufferPointer(
            start: PQgetvalue(result, row, column), count: Int(PQgetlength(result, row, column)))
        switch type {
        case TypeID.bool: return .integer(bytes.first == 1 ? 1 : 0)
        case TypeID.int2, TypeID.int4, TypeID.int8:
            let number = bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            let unused = UInt64(64 - 8 * bytes.count)
            return .integer(Int64(bitPattern: number << unused) >> Int64(unused))
        case TypeID.float4:
            return .real(Double(Float(bitPattern: bytes.reduce(UInt32(0)) { $0 << 8 | UInt32($1) })))
        case TypeID.float8:
            return .real(Double(bitPattern: bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }))
        case TypeID.bytea: return .bytes(Array(bytes))
        case TypeID.void: return .null
        case _ where TypeID.texts.contains(type): return .text(String(decoding: bytes, as: UTF8.self))
        default: return nil
        }
    }
}
