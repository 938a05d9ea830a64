/// Turns one column of a row group into its pages.
struct ColumnChunkEncoder<Values: ChunkValues>: ~Copyable {
    /// Page sizes are 32-bit numbers; packing may make a page a little longer.
    private static var largestPage: Int { Int(Int32.max) - (1 << 20) }

    private let segments: [Column]
    private let definition: ColumnDefinition
    private let options: ParquetOptions
    private let layout: RowLayout
    private var writer: PageWriter
    private var buffer = PageBuffer(capacity: 1 << 16)
    private var summaries: [PageSummary] = []
    private var bounds: [ValueBounds<Values.Bound>] = []

    init(_ segments: [Column], _ definition: ColumnDefinition, _ options: ParquetOptions) throws(ParquetError) {
        self.segments = segments
        self.definition = definition
        self.options = options
        layout = RowLayout(segments: segments)
        writer = try PageWriter(codec: options.codec)
    }

    /// Encodes all rows.
    consuming func encode() throws(ParquetError) -> EncodedColumnChunk {
        var encoding = ParquetFormat.Encoding.rleDictionary
        var dataPageOffset = 0
        let dictionary = Values.dictionary(of: segments, count: layout.valueCount, options: options)
        if let dictionary {
            try append(dictionary)
            dataPageOffset = writer.bytes.count
            for page in layout.pages(of: options.pageRows) { try append(page, of: dictionary) }
        } else {
            let values = Values(segments: segments, options: options)
            encoding = values.encoding
            for page in values.pages(of: layout, options) { try append(page, of: values) }
        }
        return EncodedColumnChunk(
            bytes: writer.bytes, dataPageOffset: dataPageOffset, valueCount: layout.rowCount,
            uncompressedSize: writer.uncompressedSize, valueEncoding: encoding, statistics: statistics,
            pages: summaries, boundaryOrder: BoundaryOrder(of: bounds))
    }

    private mutating func append(_ dictionary: ChunkDictionary<Values>) throws(ParquetError) {
        buffer.removeAll()
        dictionary.entries.appendPlain(to: &buffer)
        try writer.appendDictionary(buffer.bytes, count: dictionary.entries.count)
    }

    private mutating func append(
        _ page: RowLayout.Page, of dictionary: ChunkDictionary<Values>
    ) throws(ParquetError) {
        let width = dictionary.indexWidth
        try append(page, encoding: ParquetFormat.Encoding.rleDictionary, bounds: dictionary.bounds(page.values)) {
            body in
            body.append(littleEndian: UInt8(width))
            dictionary.indices.withUnsafeBufferPointer { indices in
                let indices = UnsafeBufferPointer(rebasing: indices[page.values])
                HybridRLEEncoder.encode(indices, bitWidth: width, into: &body)
            }
        }
    }

    private mutating func append(_ page: RowLayout.Page, of values: Values) throws(ParquetError) {
        let size = values.plainSize(of: page.values)
        guard size < Self.largestPage else { throw .valueTooLong(column: definition.name, bytes: size) }
        try append(page, encoding: values.encoding, bounds: values.bounds(page.values)) { body in
            values.append(page.values, to: &body)
        }
    }

    private mutating func append(
        _ page: RowLayout.Page, encoding: Int, bounds pageBounds: @autoclosure () -> ValueBounds<Values.Bound>?,
        _ appendValues: (inout PageBuffer) -> Void
    ) throws(ParquetError) {
        let offset = writer.bytes.count
        buffer.removeAll()
        switch options.dataPageVersion {
        case .v1:
            buffer.append(littleEndian: UInt32(0))
            DefinitionLevels.append(page, of: layout, to: &buffer)
            buffer.overwrite(at: 0, littleEndian: UInt32(truncatingIfNeeded: buffer.count - 4))
            appendValues(&buffer)
            try writer.appendDataV1(buffer.bytes, page, encoding: encoding)
        case .v2:
            DefinitionLevels.append(page, of: layout, to: &buffer)
            let levels = buffer.count
            appendValues(&buffer)
            try writer.appendDataV2(buffer.bytes, levelsSize: levels, page, encoding: encoding)
        }
        summarize(page, offset: offset, options.writesStatistics || options.writesPageIndex ? pageBounds() : nil)
    }

    private mutating func summarize(_ page: RowLayout.Page, offset: Int, _ pageBounds: ValueBounds<Values.Bound>?) {
        if let pageBounds { bounds.append(pageBounds) }
        let limit = options.statisticsTextBytes
        summaries.append(
            PageSummary(
                offset: offset, size: writer.bytes.count - offset, firstRow: page.rows.lowerBound,
                valueCount: page.values.count, nullCount: page.nullCount,
                least: pageBounds?.least.lowerBound(limit: limit),
                greatest: pageBounds?.greatest.upperBound(limit: limit)))
    }

    private var statistics: ColumnStatistics? {
        guard options.writesStatistics else { return nil }
        var whole = bounds.first
        for page in bounds.dropFirst() { whole?.formUnion(page) }
        let limit = options.statisticsTextBytes
        return ColumnStatistics(
            nullCount: layout.rowCount - layout.valueCount, least: whole?.least.lowerBound(limit: limit),
            greatest: whole?.greatest.upperBound(limit: limit))
    }
}

extension ParquetOptions {
    /// Encodes one column of a row group by the encoder for its type.
    func encode(_ segments: [Column], as definition: ColumnDefinition) throws(ParquetError) -> EncodedColumnChunk {
        switch definition.type {
        case .int64, .timestamp:
            try ColumnChunkEncoder<FixedWidthValues<Int64>>(segments, definition, self).encode()
        case .int32, .date:
            try ColumnChunkEncoder<FixedWidthValues<Int32>>(segments, definition, self).encode()
        case .double: try ColumnChunkEncoder<FixedWidthValues<Double>>(segments, definition, self).encode()
        case .bool: try ColumnChunkEncoder<BoolValues>(segments, definition, self).encode()
        case .text: try ColumnChunkEncoder<TextChunkValues>(segments, definition, self).encode()
        }
    }
}
