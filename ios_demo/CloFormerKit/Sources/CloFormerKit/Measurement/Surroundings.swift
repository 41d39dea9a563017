/// The facts that a measurement needs from the device that it runs on; the app and the command implement it.
public protocol Surroundings: Sendable {
    var device: DeviceFacts { get }

    /// The thermal state; nil if the system does not report it.
    var thermalState: ThermalState? { get }

    var interference: Interference { get async }

    /// The current memory of the process, and the name of the system's number; nil if the system does not report it.
    var memory: (bytes: Int, method: String)? { get }
}
