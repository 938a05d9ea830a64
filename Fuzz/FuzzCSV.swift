/// Called by libFuzzer for each input; it ends the process where something happens that must not.
/// https://llvm.org/docs/LibFuzzer.html#fuzz-target
@_cdecl("LLVMFuzzerTestOneInput")
func fuzzCSV(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    do {
        _ = try FuzzedReaders.csv(bytes, [FuzzedReaders.policy(for: bytes)])
    } catch {
        fatalError("\(error)")
    }
    return 0
}
