@preconcurrency import Glibc

/// How `print` hands its text over.
enum LineBuffering {
    /// Makes standard output hand over each line when it ends, as on a terminal, instead of 4 KiB at a time.
    static func enable() {
        setvbuf(stdout, nil, _IOLBF, 0)
    }
}
