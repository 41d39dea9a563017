/// What a measurement wants to know of the device that it runs on. The app and the command each have their own.
public protocol Surroundings: Sendable {
    var device: DeviceFacts { get }

    /// Nil where the system does not tell.
    var thermalState: ThermalState? { get }

    var interference: Interference { get async }

    /// What the process holds now, and which of the system's numbers that is; nil where it does not tell.
    var memory: (bytes: Int, method: String)? { get }
}
