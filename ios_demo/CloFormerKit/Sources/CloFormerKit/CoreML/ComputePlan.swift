#if canImport(CoreML)
    import CoreML
    import Foundation

    /// Core ML's plan of where to run each operator.
    enum ComputePlan {
        /// Return the number of operators per device; nil before iOS 17.4, which does not report it.
        static func operators(of request: EngineRequest) async throws -> [String: Int]? {
            guard #available(iOS 17.4, macOS 14.4, *) else { return nil }
            let plan = try await MLComputePlan.load(
                contentsOf: CompiledModels.location(of: request),
                configuration: ComputeUnits.configuration(for: request))
            guard case .program(let program) = plan.modelStructure, let main = program.functions["main"]
            else { return nil }
            var counts: [String: Int] = [:]
            for operation in main.block.operations {
                guard let usage = plan.deviceUsage(for: operation) else { continue }  // constants are not run
                counts[name(of: usage.preferred), default: 0] += 1
            }
            return counts
        }

        private static func name(of device: MLComputeDevice) -> String {
            switch device {
            case .cpu: "cpu"
            case .gpu: "gpu"
            case .neuralEngine: "neural engine"
            @unknown default: "another device"
            }
        }
    }
#endif
