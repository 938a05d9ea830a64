package import TableFormats

extension DriftReport {
    /// Compares a file's header with what is declared for its month.
    /// - Parameters:
    ///   - mapping: of the header to `dataset.fileSchema(of: header, under: policy)`.
    package init(_ dataset: TaxiDataset, header: FileHeader, mapping: HeaderMapping, under policy: DriftPolicy) {
        self.dataset = dataset.description
        format = header.format.rawValue
        let schema = dataset.fileSchema(of: header, under: policy)
        let declared = dataset.color.columns
        let absent = Set(mapping.missing)
        let added = policy == .evolve ? dataset.newColumns(of: header) : []
        missing = declared.filter {
            $0.isExpected(in: dataset.month, header.format) && absent.contains($0.definition.name)
        }.map(\.definition.name)
        untimely = declared.filter { column in
            schema.index(of: column.definition.name) != nil && !absent.contains(column.definition.name)
                && !column.isKnown(in: dataset.month)
        }.map(\.definition.name)
        new = added.map { NewColumn(name: $0.header, loadedAs: $0.definition.name) } + Self.leftOut(header, mapping)
        let names = Set(added.map(\.definition.name))
        renamed = mapping.renamed.filter { !names.contains($0.column) }
            .map { RenamedColumn(column: $0.column, header: $0.header) }
        func columns(of clock: ParquetClock) -> [String] {
            zip(schema.columns, mapping.sources).filter { _, sources in
                sources.contains { header.columns[$0].clock == clock }
            }.map(\.0.name)
        }
        adjustedToUTC = columns(of: .utc)
        ofUnsaidClock = columns(of: .unsaid)
        retyped = zip(schema.columns, mapping.sources).flatMap { definition, sources in
            sources.compactMap { source in
                guard let found = header.columns[source].type, found != definition.type else { return nil }
                return RetypedColumn(
                    column: definition.name, declared: definition.type.rawValue, found: found.rawValue,
                    isAlike: CoercionRule.areAlike(found, definition.type))
            }
        }
    }

    /// Adds what the rows show, once all of them were looked at.
    package mutating func add(_ sample: DriftSample, of dataset: TaxiDataset, mapping: HeaderMapping) {
        rows = sample.rows
        let absent = Set(mapping.missing)
        let order = dataset.color.columns.map(\.definition.name)
        let others = sample.filled.keys.filter { !order.contains($0) }.sorted()
        allNull = (order + others).filter { rows > 0 && sample.filled[$0] == 0 && !absent.contains($0) }
        outOfRange = (order + others).compactMap { name in
            guard let times = sample.times[name], times.outsideMonth > 0, let range = times.range else { return nil }
            return OutOfRange(
                column: name, rows: times.outOfRange, outsideMonth: times.outsideMonth,
                earliest: CalendarDay.text(microseconds: range.lowerBound),
                latest: CalendarDay.text(microseconds: range.upperBound))
        }
        otherMonth = Self.otherMonth(sample, of: dataset)
    }

    /// Adds what a CSV file's reader met.
    package mutating func add(_ report: CSVReport) {
        counts.nulledValues += report.nulledValues
        counts.nanValues += report.nanValues
        counts.rejectedRecords += report.rejectedRecords
        counts.emptyRecords += report.emptyRecords
        counts.blankLines += report.blankLines
        counts.rowsWithSurplusBlanks += report.rowsWithSurplusBlanks
        counts.latin1Texts += report.latin1Texts
    }

    /// The file's columns that are not loaded; a name that stands more than once is named once.
    private static func leftOut(_ header: FileHeader, _ mapping: HeaderMapping) -> [NewColumn] {
        let times = Dictionary(grouping: header.names, by: HeaderMapping.key).mapValues(\.count)
        var named: Set<String> = []
        return zip(mapping.unknown, mapping.unknownPlaces).compactMap { name, place in
            let key = HeaderMapping.key(name)
            guard key != TaxiDataset.fileMonth.name, named.insert(key).inserted else { return nil }
            var column = NewColumn(name: name)
            if HeaderMapping.key(header.names[place]).isEmpty {
                column.problem = "it has no name"
            } else if let count = times[key], count > 1 {
                column.problem = "its name stands \(count) times in the file"
            } else {
                let isWithoutType = header.format == .parquet && header.columns[place].type == nil
                column.problem =
                    header.columns[place].problem ?? (isWithoutType ? "it has no type, being NULL in every row" : nil)
            }
            return column
        }
    }

    private static func otherMonth(_ sample: DriftSample, of dataset: TaxiDataset) -> OtherMonth? {
        guard let times = sample.times[dataset.pickupColumn], times.outOfRange * 2 > times.count else { return nil }
        // Of months that have the same number of rows the earliest, so that two runs name the same.
        let most = sample.otherMonths.max { ($0.value, $1.key) < ($1.value, $0.key) }
        guard let most else { return nil }
        return OtherMonth(month: String(CalendarDay.text(days: most.key).dropLast(3)), rows: most.value)
    }
}

extension TaxiDataset {
    /// The column of the trips' begins.
    package var pickupColumn: String {
        switch color {
        case .yellow: "tpep_pickup_datetime"
        case .green: "lpep_pickup_datetime"
        case .fhv, .fhvhv: "pickup_datetime"
        }
    }
}
