import Testing

@testable import Orch

struct FlowBlocksTests {
    @Test func readsADocument() throws {
        let document = #"{"bucket":"lake","gcp_credentials":{"project":"p"},"endpoint":"http://gcs:9023"}"#
        let blocks = FlowBlocks(variables: ["ORCH_BLOCK_GCS_BUCKET_ZOOM_GCS": document])
        let block = try blocks.load(GCSBucketBlock.self, "zoom-gcs")
        #expect(block.bucket == "lake")
        #expect(block.credentials.project == "p")
        #expect(block.endpoint == "http://gcs:9023")
    }

    @Test func namesTheVariableThatIsMissing() {
        let blocks = FlowBlocks(variables: ["ORCH_BLOCK_GCS_BUCKET_ZOOM_GCS": "{}", "PATH": "/bin"])
        let error = #expect(throws: OrchError.self) { try blocks.load(GCSBucketBlock.self, "zoom-gsc") }
        let expected =
            "expected its JSON document in ORCH_BLOCK_GCS_BUCKET_ZOOM_GSC (there is ORCH_BLOCK_GCS_BUCKET_ZOOM_GCS)"
        #expect(error?.description.contains(expected) == true)
    }

    @Test(arguments: [
        ("{", "does not hold a JSON object"), ("[]", "does not hold a JSON object"),
        (#"{"host":"db","user":"u","password":"hunter2"}"#, "database is missing"),
        (#"{"host":"db","user":"u","database":"d","port":"hunter2"}"#, "port: expected Int"),
        (#"{"host":"db","user":null,"database":"hunter2"}"#, "user is null"),
    ])
    func saysWhatIsWrongWithoutValues(document: String, reason: String) {
        let blocks = FlowBlocks(variables: ["ORCH_BLOCK_POSTGRES_DB": document])
        let error = #expect(throws: OrchError.self) { try blocks.load(PostgresBlock.self, "db") }
        #expect(error?.description.contains(reason) == true)
        #expect(error?.description.contains("hunter2") == false)
    }
}
