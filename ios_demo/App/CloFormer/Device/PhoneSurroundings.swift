import CloFormerKit
import Foundation
import UIKit

/// A phone or tablet, as far as iOS describes it.
struct PhoneSurroundings: Surroundings {
    let device: DeviceFacts

    @MainActor
    init() {
        let process = ProcessInfo.processInfo
        UIDevice.current.isBatteryMonitoringEnabled = true
        device = DeviceFacts(
            kind: Self.kind, manufacturer: "Apple", model: systemValue("hw.machine") ?? UIDevice.current.model,
            soc: nil,
            os: UIDevice.current.systemName == "iPadOS" ? "iPadOS" : "iOS", osVersion: UIDevice.current.systemVersion,
            osBuild: systemValue("kern.osversion"), cores: process.processorCount,
            memoryBytes: Int(process.physicalMemory))
    }

    var thermalState: ThermalState? {
        switch ProcessInfo.processInfo.thermalState {
        case .nominal: .nominal
        case .fair: .fair
        case .serious: .serious
        case .critical: .critical
        @unknown default: nil
        }
    }

    var interference: Interference {
        get async {
            await MainActor.run {
                let device = UIDevice.current
                let known = device.batteryState != .unknown
                return Interference(
                    batteryPercent: known ? Double(device.batteryLevel * 100).rounded() : nil,
                    charging: known ? device.batteryState != .unplugged : nil,
                    lowPowerMode: ProcessInfo.processInfo.isLowPowerModeEnabled)
            }
        }
    }

    var memory: (bytes: Int, method: String)? {
        memoryFootprint().map { ($0, "phys_footprint") }
    }

    @MainActor
    private static var kind: DeviceFacts.Kind {
        #if targetEnvironment(simulator)
            return .simulator
        #else
            return UIDevice.current.userInterfaceIdiom == .pad ? .tablet : .phone
        #endif
    }
}

extension Measure {
    /// The measurement tool of the app.
    @MainActor
    static func onThisPhone() -> Measure {
        let version = Bundle.main.infoDictionary?["CFBundleShortVersionString"] as? String
        return Measure(surroundings: PhoneSurroundings(), tool: (name: "CloFormer iOS", version: version ?? "unknown"))
    }
}
