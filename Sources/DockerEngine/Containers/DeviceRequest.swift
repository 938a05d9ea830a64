/// Devices that a container asks a driver for; daemons from API 1.40 on.
package struct DeviceRequest: Sendable, Hashable, Codable {
    /// How many; -1 = all, 0 where they are named.
    package var count: Int
    /// Which ones, by the driver's own names.
    package var deviceIDs: [String]?
    /// What they have to be capable of: one of these sets.
    package var capabilities: [[String]]

    /// A request.
    package init(count: Int, deviceIDs: [String]? = nil, capabilities: [[String]]) {
        self.count = count
        self.deviceIDs = deviceIDs
        self.capabilities = capabilities
    }

    private enum CodingKeys: String, CodingKey {
        case count = "Count"
        case deviceIDs = "DeviceIDs"
        case capabilities = "Capabilities"
    }
}
