import Foundation

/// What a measurement wants to know of the device that it runs on. The app and the command each have their own.
public protocol Surroundings: Sendable {
    var device: DeviceFacts { get }

    /// Nil where the system does not tell.
    var thermalState: ThermalState? { get }

    var interference: Interference { get async }

    /// What the process holds now, and the most that it held; nil where the system does not tell.
    var memory: (nowBytes: Int, peakBytes: Int, method: String)? { get }
}
