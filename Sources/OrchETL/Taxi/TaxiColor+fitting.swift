import TableFormats

extension TaxiColor {
    /// The colour that a file's columns are of: it has all that the colour requires, and the fewest that the colour
    /// does not know. Nil where no colour fits, or two fit as well.
    package static func fitting(_ header: [String]) -> TaxiColor? {
        let fits = allCases.compactMap { color in color.unknownColumns(in: header).map { (color, $0) } }
        guard let fewest = fits.map(\.1).min() else { return nil }
        let best = fits.filter { $0.1 == fewest }
        return best.count == 1 ? best[0].0 : nil
    }

    /// How many of a file's columns the colour does not know; nil where one that it requires is absent.
    private func unknownColumns(in header: [String]) -> Int? {
        let names = Set(header.map(HeaderMapping.key))
        var known: Set<String> = []
        for definition in columns.map(\.definition) {
            let keys = ([definition.name] + definition.aliases).map(HeaderMapping.key)
            if definition.isRequired, !keys.contains(where: names.contains) { return nil }
            known.formUnion(keys)
        }
        return names.subtracting(known).count
    }
}

extension TaxiDataset {
    /// Makes sure that a file is of this colour.
    /// - Throws: `ETLError.anotherColor` where the header lacks what the colour requires, or fits another one better.
    package func checkColor(of header: FileHeader, file: String) throws {
        let fitting = TaxiColor.fitting(header.names)
        let names = Set(header.names.map(HeaderMapping.key))
        let lacking = color.columns.map(\.definition).filter { definition in
            definition.isRequired
                && !([definition.name] + definition.aliases).contains { names.contains(HeaderMapping.key($0)) }
        }
        guard !lacking.isEmpty || (fitting != nil && fitting != color) else { return }
        throw ETLError.anotherColor(
            file: file, expected: color, found: fitting == color ? nil : fitting, lacking: lacking.map(\.name))
    }
}
