#if canImport(ExecuTorch)
    import CloFormerKit
    import ExecuTorch
    import Foundation

    /// A .pte file in ExecuTorch, with the delegate that it was lowered for.
    struct ExecuTorchEngine: Engine {
        private let module: LoadedModule
        private let request: EngineRequest

        /// The kind of engine, with the version of the Swift package in README.md: ExecuTorch does not report its own.
        static let kind = EngineKind(
            name: "ExecuTorch", version: "1.4.1", formats: ["pte"], takesThreads: false,
            backends: { artifact in [artifact.backend].compactMap { $0 }.filter(["xnnpack", "coreml"].contains) },
            prepare: { _ = try ExecuTorchEngine($0) },  // the Core ML delegate compiles when it is first opened
            open: { try ExecuTorchEngine($0) })

        init(_ request: EngineRequest) throws {
            self.request = request
            module = try LoadedModule(request.location)
        }

        func inference(on image: CloFormerKit.Tensor) throws -> Inference {
            let input = request.input(for: image)
            let tensor = LoadedModule.Input(tensor: ExecuTorch.Tensor<Float>(input.values, shape: input.shape))
            let (module, names) = (module, request.artifact.outputs.map(\.name))
            return { try module.run(tensor, outputs: names) }
        }
    }

    /// An open module, which only one thread at a time may run.
    private final class LoadedModule: @unchecked Sendable {
        private let module: Module
        private let lock = NSLock()

        /// A tensor that is immutable once it is created.
        struct Input: @unchecked Sendable {
            let tensor: ExecuTorch.Tensor<Float>
        }

        init(_ location: URL) throws {
            module = Module(filePath: location.path)
            do {
                try module.load("forward")
            } catch {
                throw Failure("ExecuTorch cannot open \(location.lastPathComponent): \(error.localizedDescription)")
            }
        }

        /// Return the outputs by name. ExecuTorch only knows their order, which is the manifest's.
        func run(_ input: Input, outputs names: [String]) throws -> [String: CloFormerKit.Tensor] {
            lock.lock()
            defer { lock.unlock() }
            let values: [Value]
            do {
                values = try module.forward(input.tensor)
            } catch {
                throw Failure("ExecuTorch failed while running: \(error.localizedDescription)")
            }
            guard values.count == names.count else {
                throw Failure("ExecuTorch returned \(values.count) outputs, but the manifest lists \(names.count)")
            }
            return Dictionary(uniqueKeysWithValues: try zip(names, values).map { ($0, try read($1, named: $0)) })
        }

        private func read(_ value: Value, named name: String) throws -> CloFormerKit.Tensor {
            guard let output: ExecuTorch.Tensor<Float> = value.tensor() else {
                throw Failure("ExecuTorch returned \(name) as something other than a float32 tensor")
            }
            return CloFormerKit.Tensor(shape: output.shape, values: output.scalars())
        }
    }
#endif
