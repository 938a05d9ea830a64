import CCurl

/// libcurl's process-wide state, set up once before the first handle.
enum CurlGlobal {
    /// The code of `curl_global_init`; a static is initialised exactly once, whatever threads ask.
    static let initCode: UInt32 = curl_global_init(Int(CURL_GLOBAL_DEFAULT)).rawValue
}
