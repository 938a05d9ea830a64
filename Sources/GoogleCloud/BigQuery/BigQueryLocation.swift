/// Where data may be read from.
///
/// See [location considerations](https://cloud.google.com/bigquery/docs/batch-loading-data#data-locations).
package enum BigQueryLocation {
    /// Whether a load job into a dataset can read a bucket; true also where the rule is not known, as BigQuery will
    /// tell.
    ///
    /// A dataset in `US` reads from anywhere. One in `EU` reads from buckets in Europe. One in a region reads from that
    /// region, and from a multi-region or pair of regions that may hold it.
    package static func canLoad(bucketIn bucket: String, datasetIn dataset: String) -> Bool {
        let (bucket, dataset) = (bucket.uppercased(), dataset.uppercased())
        if bucket == dataset || dataset == "US" { return true }
        if dataset == "EU" { return isEuropean(bucket) }
        // Multi-regions and pairs (`EUR4`, `NAM4`, …) have no dash.
        guard bucket.contains("-") else {
            if bucket == "EU" { return isEuropean(dataset) }
            if bucket == "US" { return dataset.hasPrefix("US-") }
            return true
        }
        return false
    }

    private static func isEuropean(_ location: String) -> Bool {
        location == "EU" || location.hasPrefix("EUROPE-") || location.hasPrefix("EUR")
    }
}
