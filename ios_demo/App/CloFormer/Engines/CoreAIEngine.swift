#if canImport(CoreAI)
    import CloFormerKit
    import CoreAI
    import Foundation

    /// An .aimodel in Core AI. It requests compute units; Core AI may still use others, and does not report which.
    @available(iOS 27, *)
    struct CoreAIEngine: Engine {
        private let function: InferenceFunction
        private let request: EngineRequest

        static let kind = EngineKind(
            name: "Core AI", version: ProcessInfo.processInfo.operatingSystemVersionString, formats: ["aimodel"],
            takesThreads: false, backends: { _ in ["all", "cpu-ne", "cpu-gpu", "cpu"] },
            prepare: { _ = try await CoreAIEngine($0) },  // Core AI specializes a model when it is first opened
            open: { try await CoreAIEngine($0) })

        init(_ request: EngineRequest) async throws {
            let options: SpecializationOptions
            switch request.backend {
            case "all": options = .default
            case "cpu-ne": options = SpecializationOptions(preferredComputeUnitKind: .neuralEngine)
            case "cpu-gpu": options = SpecializationOptions(preferredComputeUnitKind: .gpu)
            case "cpu": options = .cpuOnly
            default: throw Failure("Core AI has no compute units \(request.backend)")
            }
            self.request = request
            do {
                let model = try await AIModel(contentsOf: request.location, options: options)
                guard let function = try model.loadFunction(named: Self.functionName) else {
                    throw Failure("\(request.artifact.file) has no function \(Self.functionName)")
                }
                self.function = function
            } catch let failure as Failure {
                throw failure
            } catch {
                throw Failure("Core AI cannot open \(request.artifact.file): \(error.localizedDescription)")
            }
        }

        func inference(on image: Tensor) throws -> Inference {
            let input = request.input(for: image)
            var array = NDArray(shape: input.shape, scalarType: .float32)
            var view = array.mutableView(as: Float.self)
            view.copyElements(fromContentsOf: input.values)
            let prepared = PreparedInput(arrays: [request.artifact.input.name: array])
            let (function, outputs) = (function, request.artifact.outputs)
            return { try await run(function, prepared, outputs) }
        }

        private static let functionName = "main"
    }

    /// An input that is immutable once it is created.
    @available(iOS 27, *)
    private struct PreparedInput: @unchecked Sendable {
        let arrays: [String: NDArray]
    }

    @available(iOS 27, *)
    private func run(
        _ function: InferenceFunction, _ input: PreparedInput, _ outputs: [OutputFacts]
    ) async throws -> [String: Tensor] {
        var found: InferenceFunction.Outputs
        do {
            found = try await function.run(inputs: input.arrays)
        } catch {
            throw Failure("Core AI failed while running: \(error.localizedDescription)")
        }
        var tensors: [String: Tensor] = [:]
        for output in outputs {
            guard let array = found.remove(output.name)?.ndArray, array.scalarType == .float32 else {
                throw Failure("Core AI returned no float32 array \(output.name)")
            }
            tensors[output.name] = array.view(as: Float.self).withUnsafePointer { values, shape, strides in
                read(values, (0..<shape.count).map { shape[$0] }, (0..<strides.count).map { strides[$0] })
            }
        }
        return tensors
    }

    /// Return a copy of values whose rows may be padded.
    private func read(_ values: UnsafePointer<Float>, _ shape: [Int], _ strides: [Int]) -> Tensor {
        let count = shape.reduce(1, *)
        let copied = (0..<count).map { index in
            var (rest, offset) = (index, 0)
            for axis in shape.indices.reversed() {
                offset += rest % shape[axis] * strides[axis]
                rest /= shape[axis]
            }
            return values[offset]
        }
        return Tensor(shape: shape, values: copied)
    }
#endif
