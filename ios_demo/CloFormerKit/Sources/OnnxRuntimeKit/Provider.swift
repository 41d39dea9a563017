import COnnxRuntime
import Foundation

/// An execution provider of ONNX Runtime.
enum Provider: String, CaseIterable {
    case cpu, xnnpack, coreml

    /// The providers that the library was built with.
    static let available: [Provider] = {
        var names: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
        var count: Int32 = 0
        guard api.GetAvailableProviders(&names, &count) == nil, let names else { return [.cpu] }
        defer { _ = api.ReleaseAvailableProviders(names, count) }
        let found = (0..<Int(count)).compactMap { names[$0].map { String(cString: $0) } }
        return allCases.filter { found.contains($0.libraryName) }
    }()

    private var libraryName: String {
        switch self {
        case .cpu: "CPUExecutionProvider"
        case .xnnpack: "XnnpackExecutionProvider"
        case .coreml: "CoreMLExecutionProvider"
        }
    }

    /// Request this provider; operators that it does not support run on the CPU, which is always available.
    func append(to options: OpaquePointer?, threads: Int?) throws {
        switch self {
        case .cpu: return
        case .xnnpack: try append("XNNPACK", ["intra_op_num_threads": String(threads ?? 0)], to: options)
        case .coreml: try append("CoreML", ["ModelFormat": "MLProgram", "MLComputeUnits": "ALL"], to: options)
        }
    }

    private func append(_ name: String, _ settings: [String: String], to options: OpaquePointer?) throws {
        let pairs = settings.map { (strdup($0.key), strdup($0.value)) }
        defer {
            for (key, value) in pairs {
                free(key)
                free(value)
            }
        }
        let keys = pairs.map { UnsafePointer($0.0) }
        let values = pairs.map { UnsafePointer($0.1) }
        try check(
            api.SessionOptionsAppendExecutionProvider(options, name, keys, values, pairs.count), "requesting \(name)")
    }
}
