import CloFormerKit
import Foundation

/// A computer, as far as Linux or macOS describes it.
struct HostSurroundings: Surroundings {
    let thermalState: ThermalState? = nil
    let interference = Interference()

    var device: DeviceFacts {
        let process = ProcessInfo.processInfo
        let version = process.operatingSystemVersion
        return DeviceFacts(
            kind: .computer, manufacturer: nil, model: processorName ?? "computer", soc: nil, os: Self.system,
            osVersion: "\(version.majorVersion).\(version.minorVersion).\(version.patchVersion)", osBuild: nil,
            cores: process.processorCount, memoryBytes: Int(process.physicalMemory))
    }

    var memory: (bytes: Int, method: String)? {
        kilobytes("VmRSS").map { ($0 * 1024, "VmRSS") }
    }

    private var processorName: String? {
        lines(of: "/proc/cpuinfo").first { $0.hasPrefix("model name") }?.split(separator: ":").last.map {
            $0.trimmingCharacters(in: .whitespaces)
        }
    }

    private func kilobytes(_ name: String) -> Int? {
        let line = lines(of: "/proc/self/status").first { $0.hasPrefix("\(name):") }
        return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }
    }

    private func lines(of file: String) -> [Substring] {
        (try? String(contentsOfFile: file, encoding: .utf8))?.split(separator: "\n") ?? []
    }

    #if os(Linux)
        private static let system = "Linux"
    #else
        private static let system = "macOS"
    #endif
}
