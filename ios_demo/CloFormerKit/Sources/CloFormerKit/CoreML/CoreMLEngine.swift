#if canImport(CoreML)
    import CoreML
    import Foundation

    /// An .mlpackage in Core ML, on the requested compute units.
    public struct CoreMLEngine: Engine {
        private let model: LoadedModel
        private let request: EngineRequest

        /// The kind of engine that the app offers.
        public static let kind = EngineKind(
            name: "Core ML", version: systemVersion, formats: ["mlpackage"], takesThreads: false,
            backends: { artifact in
                let asked = artifact.computeUnits.flatMap(ComputeUnits.init(rawValue:)) ?? .all
                return ([asked] + ComputeUnits.allCases.filter { $0 != asked }).map(\.rawValue)
            },
            prepare: { _ = try await CompiledModels.location(of: $0) },
            placement: { try? await ComputePlan.operators(of: $0) },
            open: { try await CoreMLEngine($0) })

        /// Open an artifact; it is compiled only once.
        ///
        /// - Throws: `Failure` if Core ML cannot open it.
        public init(_ request: EngineRequest) async throws {
            let configuration = try ComputeUnits.configuration(for: request)
            let location = try await CompiledModels.location(of: request)
            do {
                model = LoadedModel(try await MLModel.load(contentsOf: location, configuration: configuration))
            } catch {
                throw Failure(
                    "Core ML cannot open \(request.artifact.file): \(error.localizedDescription)",
                    remedy: request.artifact.minimumOs.map { "it needs \($0) or newer" })
            }
            self.request = request
        }

        public func inference(on image: Tensor) throws -> Inference {
            let input = try InputFeatures(request.input(for: image), facts: request.artifact.input)
            let (model, outputs) = (model, request.artifact.outputs)
            return { try model.run(input, outputs: outputs.map(\.name)) }
        }

        private static var systemVersion: String {
            let version = ProcessInfo.processInfo.operatingSystemVersion
            return "\(version.majorVersion).\(version.minorVersion).\(version.patchVersion)"
        }
    }

    /// Core ML's compute units, as spelled in the manifest.
    enum ComputeUnits: String, CaseIterable {
        case all
        case cpuAndNeuralEngine = "cpu-ne"
        case cpuAndGPU = "cpu-gpu"
        case cpu

        /// Return the configuration for a request.
        ///
        /// - Throws: `Failure` if Core ML has no such units.
        static func configuration(for request: EngineRequest) throws -> MLModelConfiguration {
            guard let units = ComputeUnits(rawValue: request.backend) else {
                let names = allCases.map(\.rawValue).joined(separator: ", ")
                throw Failure("Core ML has no compute units \(request.backend)", remedy: "choose \(names)")
            }
            let configuration = MLModelConfiguration()
            configuration.computeUnits = units.value
            return configuration
        }

        private var value: MLComputeUnits {
            switch self {
            case .all: .all
            case .cpuAndNeuralEngine: .cpuAndNeuralEngine
            case .cpuAndGPU: .cpuAndGPU
            case .cpu: .cpuOnly
            }
        }
    }

    /// An open model. Since iOS 17 any number of threads may request predictions at once.
    private final class LoadedModel: @unchecked Sendable {
        private let model: MLModel

        init(_ model: MLModel) {
            self.model = model
        }

        func run(_ input: InputFeatures, outputs: [String]) throws -> [String: Tensor] {
            let found: any MLFeatureProvider
            do {
                found = try model.prediction(from: input.provider)
            } catch {
                throw Failure("Core ML failed while running: \(error.localizedDescription)")
            }
            var tensors: [String: Tensor] = [:]
            for name in outputs {
                guard let array = found.featureValue(for: name)?.multiArrayValue else {
                    throw Failure("Core ML returned no \(name), only \(found.featureNames.sorted())")
                }
                let values = MLShapedArray<Float>(converting: array)
                tensors[name] = Tensor(shape: values.shape, values: values.scalars)
            }
            return tensors
        }
    }

    /// The cache of compiled .mlpackages: compiling takes seconds, and is not part of loading.
    enum CompiledModels {
        static func location(of request: EngineRequest) async throws -> URL {
            let caches = try FileManager.default.url(
                for: .cachesDirectory, in: .userDomainMask, appropriateFor: nil, create: true)
            let kept = caches.appendingPathComponent("CloFormer/\(request.artifact.sha256).mlmodelc")
            if kept.isFolder { return kept }
            let compiled: URL
            do {
                compiled = try await MLModel.compileModel(at: request.location)
            } catch {
                throw Failure("Core ML cannot compile \(request.artifact.file): \(error.localizedDescription)")
            }
            try FileManager.default.createDirectory(
                at: kept.deletingLastPathComponent(), withIntermediateDirectories: true)
            do {
                try FileManager.default.moveItem(at: compiled, to: kept)
            } catch  where kept.isFolder {
                try? FileManager.default.removeItem(at: compiled)  // another task was first
            }
            return kept
        }
    }
#endif
