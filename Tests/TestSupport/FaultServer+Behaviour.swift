extension FaultServer {
    /// What web servers, and what stands between them and us, do to a download. "The file" is what the server was
    /// given; "at 60 %" is after three fifths of its bytes; "resumable" means an `ETag` and true answers to `Range`
    /// and `If-Range`. `docs/sources.md` says what becomes of a download for each.
    package enum Behaviour: String, CaseIterable, Sendable {
        // MARK: As it should be
        /// 200 with `Content-Length`, `ETag` and `Last-Modified`.
        case ok
        /// 200 in chunks, without `Content-Length`.
        case okChunked
        /// 200 over HTTP/1.0, without `Content-Length`: the end of the connection is the end of the file.
        case okUntilClose
        /// An interim 103 before the 200.
        case okAfterEarlyHints
        /// The file in pieces of 1 KiB with pauses between them.
        case slowTrickle
        /// 302 to another path of the same host.
        case redirectsToSameHost
        /// 302 to the same server under another host name.
        case redirectsToOtherHost

        // MARK: Redirects that lead nowhere
        /// 302 to itself, for ever.
        case redirectsForEver
        /// 302 to a `file:` address.
        case redirectsToFileScheme

        // MARK: Something else in place of the file
        /// 200 with a page to sign in.
        case htmlPage
        /// 200 with the XML that object stores answer with.
        case accessDeniedXML
        /// 200 with an error in JSON.
        case jsonError
        /// 200 with the pointer that git-lfs keeps in place of a large file.
        case gitLFSPointer
        /// 200 with no body.
        case emptyBody
        /// 304, though nobody asked whether anything has changed.
        case notModifiedUnasked
        /// 206, though nobody asked for a part.
        case partUnasked
        /// The file under `Content-Encoding: br`.
        case brotliEncoding

        // MARK: Refusals
        /// 401.
        case unauthorized
        /// 403.
        case forbidden
        /// 404.
        case notFound
        /// 410.
        case gone
        /// 429 with `Retry-After: 120`, for ever.
        case tooManyRequests
        /// 429 with `Retry-After: 0` once, then the file.
        case tooManyRequestsOnce
        /// 500 once, then the file.
        case serverErrorOnce
        /// 503 for ever.
        case unavailable

        // MARK: Connections that break
        /// Resumable, but the first answer is cut at 60 %.
        case cutOnce
        /// The same with `Last-Modified` in place of the `ETag`.
        case cutOnceWithDate
        /// The same with a weak `ETag` alone, which does not say that two answers have the same bytes.
        case cutOnceWithWeakETag
        /// The first answer is cut at 60 %; nothing says which state of the file it was.
        case cutOnceWithoutValidator
        /// Every answer is cut at 60 %, and there are no parts to be had.
        case cutAlways
        /// Resumable, but every answer is cut after 64 KiB.
        case cutEvery64KiB
        /// A chunked, resumable answer that ends inside a chunk.
        case cutInsideChunk
        /// Resumable, but the first answer is reset at 60 %.
        case resetOnce
        /// Every connection is reset before an answer.
        case resetsConnections
        /// Nobody listens at the port.
        case refusesConnections

        // MARK: Silence
        /// Resumable, but the first answer stops at 60 % and the connection stays open.
        case stallsOnce
        /// Every answer stops after its head.
        case stallsAfterHead
        /// The request is taken and never answered.
        case neverAnswers
        /// The connection is neither taken nor refused.
        case neverAccepts

        // MARK: Parts that do not fit
        /// Cut at 60 % with an `ETag`; a request for the rest gets the whole file with 200.
        case ignoresRange
        /// Cut at 60 % with an `ETag`; a request for the rest gets 416.
        case rangeNotSatisfiable
        /// Cut at 60 % with an `ETag`; the rest is said to begin elsewhere, and does.
        case wrongContentRange
        /// Cut at 60 % with an `ETag`; the rest is said to be of a file of another length.
        case wrongTotal
        /// Cut at 60 %; a request for the rest finds another file with another `ETag`, which it gets whole.
        case changesOnce
        /// Cut at 60 %, and each answer has another `ETag`.
        case changesAlways
        /// Cut at 60 %; the rest comes under the same `ETag`, but is that of another file of the same length.
        case changesInSecret

        // MARK: Lengths and heads that lie
        /// `Content-Length` is 1000 more than what comes.
        case announcesTooMuch
        /// `Content-Length` is 60 % of what comes.
        case announcesTooLittle
        /// `Content-Length` is right, and more comes after it.
        case sendsMoreThanAnnounced
        /// Two `Content-Length` that differ.
        case twoLengths
        /// A `Content-Length` that is no number.
        case absurdLength
        /// A header field of 1 MiB.
        case hugeHeader
        /// Bytes that are no HTTP.
        case notHTTP

        // MARK: Damaged files, rightly announced
        /// The gzip data is cut at 60 %, and announced so.
        case gzipTruncated
        /// One bit of the gzip data is another one.
        case gzipBitFlipped
        /// Text follows the gzip data.
        case gzipTrailingGarbage
    }
}
