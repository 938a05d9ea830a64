import Testing

@testable import GoogleCloud

struct MultipartRelatedTests {
    @Test func hasTwoPartsInTheDocumentedLayout() {
        let related = MultipartRelated(
            metadata: Array(#"{"name":"o"}"#.utf8), content: [1, 2, 13, 10, 45, 45], contentType: "text/plain",
            random: { 35 })
        #expect(related.contentType == "multipart/related; boundary=orch-z")
        let head =
            "--orch-z\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n{\"name\":\"o\"}\r\n"
            + "--orch-z\r\nContent-Type: text/plain\r\n\r\n"
        #expect(related.body == Array(head.utf8) + [1, 2, 13, 10, 45, 45] + Array("\r\n--orch-z--\r\n".utf8))
    }

    @Test(arguments: ["--orch-1", "x--orch-1y", "----orch-1", "-orch---orch-1"])
    func takesABoundaryThatIsNotInTheContent(content: String) {
        var number: UInt64 = 0
        let related = MultipartRelated(metadata: [], content: Array(content.utf8), contentType: "a/b") {
            number += 1
            return number
        }
        #expect(related.contentType == "multipart/related; boundary=orch-2")
    }
}
