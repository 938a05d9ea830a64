extension PostgresSink.Load {
    /// What became of a month, in words.
    package func summary(of dataset: TaxiDataset, _ mode: WriteMode) -> String {
        let rows = "\(table): \(rowsInserted) rows of \(dataset)"
        return switch mode {
        case .replaceMonth: "\(rows) in place of \(rowsReplaced)"
        case .append: "\(rows) added to what was there"
        }
    }
}
