#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The processors that this program may use.
package enum Cores {
    /// How many there are, at least one.
    package static let count = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
}
