import Testing

@testable import OrchServer

struct MetricTests {
    private static let bounds = [0.1, 1, 10]
    private let waits = MetricDescription.histogram("orch_test_seconds", "Waits.", bounds: bounds)

    @Test func aCounterWithoutLabelsIsThereBeforeItCounts() {
        let counter = MetricCounter(.counter("orch_test_total", "Tests."))
        #expect(
            PrometheusText.page([counter.family]) == """
                # HELP orch_test_total Tests.
                # TYPE orch_test_total counter
                orch_test_total 0.0

                """)
        counter.add()
        counter.add(41)
        #expect(counter.family.samples.map(\.value) == [42])
    }

    @Test func eachCombinationOfLabelsHasItsOwnNumber() {
        let counter = MetricCounter(.counter("orch_test_total", "Tests.", labels: ["a", "b"]))
        #expect(PrometheusText.page([counter.family]).isEmpty)
        counter.add(labels: ["y", "1"])
        counter.add(labels: ["x", "2"])
        counter.add(labels: ["y", "1"])
        #expect(
            PrometheusText.page([counter.family]).split(separator: "\n").dropFirst(2) == [
                #"orch_test_total{a="x",b="2"} 1.0"#, #"orch_test_total{a="y",b="1"} 2.0"#,
            ])
    }

    @Test func bucketsHoldAllThatIsNotLarger() {
        let histogram = MetricHistogram(waits)
        for wait: Duration in [.milliseconds(100), .milliseconds(101), .seconds(1), .seconds(3), .seconds(11)] {
            histogram.observe(wait)
        }
        #expect(
            PrometheusText.page([histogram.family]) == """
                # HELP orch_test_seconds Waits.
                # TYPE orch_test_seconds histogram
                orch_test_seconds_bucket{le="0.1"} 1.0
                orch_test_seconds_bucket{le="1.0"} 3.0
                orch_test_seconds_bucket{le="10.0"} 4.0
                orch_test_seconds_bucket{le="+Inf"} 5.0
                orch_test_seconds_sum 15.201
                orch_test_seconds_count 5.0

                """)
    }

    @Test func aTimeBelowZeroCountsAsZero() {
        let histogram = MetricHistogram(waits)
        histogram.observe(.seconds(-5))
        let samples = histogram.family.samples
        #expect(samples.map(\.value) == [1, 1, 1, 1, 0, 1])
    }

    @Test func theBoundFollowsTheOtherLabels() {
        let histogram = MetricHistogram(.histogram("orch_test", "T.", labels: ["route"], bounds: [1]))
        histogram.observe(.seconds(2), labels: ["/a"])
        #expect(
            PrometheusText.page([histogram.family]).split(separator: "\n").dropFirst(2) == [
                #"orch_test_bucket{route="/a",le="1.0"} 0.0"#, #"orch_test_bucket{route="/a",le="+Inf"} 1.0"#,
                #"orch_test_sum{route="/a"} 2.0"#, #"orch_test_count{route="/a"} 1.0"#,
            ])
    }

    @Test(arguments: [
        (#"a "quoted" name"#, #"a \"quoted\" name"#), (#"C:\new"#, #"C:\\new"#), ("two\nlines", #"two\nlines"#),
        ("carriage\r\nreturn", "carriage\r\\nreturn"), ("grün 🚕", "grün 🚕"), ("", ""),
    ])
    func valuesOfLabelsAreEscaped(text: String, escaped: String) {
        #expect(PrometheusText.escapedLabel(text) == escaped)
    }

    @Test func helpKeepsItsQuotes() {
        #expect(PrometheusText.escapedHelp("say \"a\\b\"\n") == "say \"a\\\\b\"\\n")
    }

    @Test(arguments: [
        (0.0, "0.0"), (1.5, "1.5"), (-2, "-2.0"), (Double.infinity, "+Inf"), (-Double.infinity, "-Inf"),
        (Double.nan, "NaN"), (1e20, "1e+20"),
    ])
    func numbersAreSpelledAsPrometheusReadsThem(value: Double, text: String) {
        #expect(PrometheusText.number(value) == text)
    }

    @Test func theCatalogIsInOrder() {
        let all = MetricCatalog.all
        #expect(Set(all.map(\.name)).count == all.count)
        for metric in all {
            #expect(metric.name.hasPrefix("orch_"))
            #expect(metric.name.hasSuffix("_total") == (metric.kind == .counter), "\(metric.name)")
            #expect(metric.bounds.isEmpty == (metric.kind != .histogram), "\(metric.name)")
            #expect(zip(metric.bounds, metric.bounds.dropFirst()).allSatisfy { $0 < $1 }, "\(metric.name)")
            #expect(!metric.labels.contains("le"), "\(metric.name)")
        }
    }
}
