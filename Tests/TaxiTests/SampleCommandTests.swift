import OrchETL
import Testing

@testable import Taxi

struct SampleCommandTests {
    @Test(arguments: [
        (out: ".", path: "./green_tripdata_2020-07.csv.gz"), (out: "/tmp", path: "/tmp/green_tripdata_2020-07.csv.gz"),
        (out: "new/", path: "new/green_tripdata_2020-07.csv.gz"), (out: "/tmp/month.csv", path: "/tmp/month.csv"),
    ])
    func namesAFileInAFolder(out: String, path: String) throws {
        #expect(SampleCommand.path(out, color: "green", month: try FileMonth(year: 2020, month: 7)) == path)
    }
}
