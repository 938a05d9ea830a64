import Foundation

/// A folder of one test, removed with it.
final class TemporaryFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "taxi-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        do {
            try FileManager.default.removeItem(at: url)
        } catch {
            print("could not remove \(url.path): \(error)")
        }
    }

    /// Writes a month of four green trips: two with passengers, one with none, one that does not say.
    func writeTrips(_ name: String = "green_tripdata_2020-07.csv") throws {
        let header =
            "VendorID,lpep_pickup_datetime,lpep_dropoff_datetime,store_and_fwd_flag,RatecodeID,PULocationID,DOLocationID,"
            + "passenger_count,trip_distance,fare_amount,extra,mta_tax,tip_amount,tolls_amount,ehail_fee,"
            + "improvement_surcharge,total_amount,payment_type,trip_type,congestion_surcharge"
        let passengers = ["1", "0", "", "5"]
        let rows = passengers.map { count in
            "2,2020-07-01 00:15:13,2020-07-01 00:19:36,N,1,41,74,\(count),1.25,6.5,0.5,0.5,0,0,,0.3,7.8,2,1,0"
        }
        let text = ([header] + rows).joined(separator: "\r\n") + "\r\n"
        try Data(text.utf8).write(to: url.appending(path: name))
    }
}
