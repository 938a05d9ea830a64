import FoundationEssentials
import OrchModel

extension AgentLabels {
    /// What an agent says of its host by itself: `os`, `arch`, `cpus`, and `memory` in bytes.
    static let ofHost: [String: JSONValue] = {
        let process = ProcessInfo.processInfo
        return [
            "os": .string(system), "arch": .string(architecture), "cpus": .int(Int64(process.activeProcessorCount)),
            "memory": .int(Int64(clamping: process.physicalMemory)),
        ]
    }()

    private static var system: String {
        #if os(Linux)
        "linux"
        #else
        "darwin"
        #endif
    }

    /// As platforms of images have it.
    private static var architecture: String {
        #if arch(x86_64)
        "amd64"
        #elseif arch(arm64)
        "arm64"
        #else
        "unknown"
        #endif
    }
}
