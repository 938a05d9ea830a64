import Foundation
import Testing

@testable import OrchETL

struct LakeDatasetTests {
    private static let author = LakeDataset.Author(
        run: "r1", object: "data/green/a.parquet", at: Date(timeIntervalSince1970: 1_593_561_600))

    private static func columns(_ text: String) -> [LakeDataset.Column] {
        text.split(separator: " ").map { column in
            let parts = column.split(separator: ":").map(String.init)
            return .init(name: parts[0], type: parts[1])
        }
    }

    private static let known = LakeDataset("green", columns: columns("a:int64 b:double c:text"), by: author)

    private static let verdicts: [(columns: String, refuse: String, add: String, replace: String)] = [
        ("a:int64 b:double c:text", "fits", "fits", "fits"),
        ("c:text a:int64 b:double", "fits", "fits", "fits"),
        ("a:int64 c:text", "fits", "fits", "a c"),
        ("a:int64 b:double c:text d:bool", "breaks", "a b c d", "a b c d"),
        ("d:bool a:int64 b:double c:text", "breaks", "a b c d", "d a b c"),
        ("a:int64 b:double d:text", "breaks", "breaks", "a b d"),
        ("a:int32 b:double c:text", "breaks", "breaks", "a b c"),
        ("a:double", "breaks", "breaks", "a"),
        ("a:int64 b:double C:text", "breaks", "breaks", "a b C"),
        ("a:int32 b:double c:text d:bool", "breaks", "breaks", "a b c d"),
    ]

    @Test(arguments: verdicts)
    func aFilesColumnsAreJudged(columns: String, refuse: String, add: String, replace: String) {
        for (evolution, expected) in [(SchemaEvolution.refuse, refuse), (.add, add), (.replace, replace)] {
            switch Self.known.verdict(on: Self.columns(columns), evolution) {
            case .fits: #expect(expected == "fits", "\(evolution)")
            case .breaks: #expect(expected == "breaks", "\(evolution)")
            case .evolves(let columns, _):
                #expect(columns.map(\.name).joined(separator: " ") == expected, "\(evolution)")
            }
        }
    }

    @Test func differencesAreToldInWords() {
        let difference = LakeDataset.Difference(
            from: Self.columns("a:int64 PULocationID:int64 x:text"), to: Self.columns("a:double pu_location_id:int64"))
        #expect(
            difference.descriptions == [
                "a was int64 and is double",
                "PULocationID (int64) is gone, and pu_location_id looks like a new name of it", "x (text) is gone",
                "pu_location_id (int64) is new",
            ])
        let error = ETLError.schemaBreak(
            dataset: "green", lake: "gs://lake", version: 3, differences: ["a was int64 and is double"],
            isWritten: false)
        #expect(
            "\(error)"
                == "The file does not fit the dataset green of gs://lake, whose schema is at version 3: a was int64 and is "
                + "double. Nothing was written. Write a file with the dataset's columns, or change the schema on purpose "
                + "with evolution replace.")
    }

    /// Other programs read this.
    @Test func itsJSONIsAsDocumented() throws {
        let first = LakeDataset("green", columns: Self.columns("a:int64"), by: Self.author)
        let json = String(decoding: try first.json(), as: UTF8.self)
        #expect(
            json == """
                {
                  "columns" : [
                    {
                      "name" : "a",
                      "type" : "int64"
                    }
                  ],
                  "dataset" : "green",
                  "format" : 1,
                  "history" : [
                    {
                      "added" : [
                        {
                          "name" : "a",
                          "type" : "int64"
                        }
                      ],
                      "at" : "2020-07-01T00:00:00Z",
                      "object" : "data/green/a.parquet",
                      "removed" : [

                      ],
                      "retyped" : [

                      ],
                      "run" : "r1",
                      "version" : 1
                    }
                  ],
                  "schemaVersion" : 1
                }

                """)
        #expect(try LakeDataset(json: Array(json.utf8)) == first)
        let later = json.replacingOccurrences(of: "\"dataset\"", with: "\"later\" : [], \"dataset\"")
        #expect(try LakeDataset(json: Array(later.utf8)) == first)
    }

    @Test func itsHistoryIsBounded() throws {
        var dataset = Self.known
        for number in 0..<200 {
            let columns = Self.columns("a\(number):int64")
            dataset = dataset.evolved(
                to: columns, LakeDataset.Difference(from: dataset.columns, to: columns), by: Self.author)
        }
        #expect(dataset.schemaVersion == 201)
        #expect(dataset.history.count == LakeDataset.longestHistory)
        #expect(dataset.history.first?.version == 201)
        #expect(dataset.history.last?.version == 102)
        let whole = try dataset.json()
        let limit = whole.count / 3
        let cut = try dataset.json(atMost: limit)
        #expect(cut.count <= limit)
        let read = try LakeDataset(json: cut)
        #expect(read.columns == dataset.columns)
        #expect(read.history == Array(dataset.history.prefix(read.history.count)))
        #expect(!read.history.isEmpty)
    }
}
