import OrchETL
import OrchModel
import Testing

@testable import Taxi

struct TaxiSourceTests {
    @Test(
        arguments: [
            (
                nil, [:],
                "https://github.com/DataTalksClub/nyc-tlc-data/releases/download/green/green_tripdata_2020-07.csv.gz"
            ),
            (
                nil, ["TAXI_SOURCE": ""],
                "https://github.com/DataTalksClub/nyc-tlc-data/releases/download/green/green_tripdata_2020-07.csv.gz"
            ),
            (nil, ["TAXI_SOURCE": "http://source/{{ color }}-{{ month }}.csv"], "http://source/green-7.csv"),
            ("file:///data/{{ year }}", ["TAXI_SOURCE": "http://source/"], "file:///data/2020"),
        ] as [(String?, [String: String], String)])
    func choosesTheRunsOwnThenTheVariableThenTheRelease(
        template: String?, variables: [String: String], expected: String
    ) throws {
        let dataset = try TaxiDataset(color: .green, year: 2020, month: 7)
        #expect(try TaxiSource.url(template, of: dataset, variables: variables) == expected)
    }

    @Test func refusesATemplateWithAnUnknownName() throws {
        let dataset = try TaxiDataset(color: .green, year: 2020, month: 7)
        #expect(throws: TemplateError.self) { try TaxiSource.url("{{ colour }}", of: dataset, variables: [:]) }
    }
}
