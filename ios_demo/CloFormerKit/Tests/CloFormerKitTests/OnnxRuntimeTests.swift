#if canImport(OnnxRuntimeKit)
    import Foundation
    import OnnxRuntimeKit
    import Testing

    @testable import CloFormerKit

    /// The engine that ships, on a bundle that cloformer-export made.
    @Suite(.enabled(if: GivenFiles.bundle != nil, "CLOFORMER_BUNDLE names no folder"))
    struct OnnxRuntimeTests {
        let bundle: ModelBundle

        init() throws {
            bundle = try ModelBundle(folder: #require(GivenFiles.bundle))
        }

        private func subject(_ kind: Request.Kind = .selfTest, backend: String = "cpu", threads: Int? = 1) throws
            -> Case
        {
            let request = Request(
                kind: kind, bundle: bundle.name, runtime: "ONNX Runtime", backend: backend, threads: threads,
                precision: "fp32", warmUp: 1, samples: 3, repeats: 1)
            return try Case(request, bundle: bundle, kinds: [OnnxRuntimeEngine.kind])
        }

        @Test(arguments: [1, 2, nil]) func goldenVectorsAreWithinBounds(threads: Int?) async throws {
            let subject = try subject(threads: threads)
            let parity = try await replayGolden(subject, in: subject.open())
            #expect(parity.passed == true, "\(parity)")
            #expect(parity.images == 8 && parity.maxAbs > 0 && parity.cosine > 0.99999)
        }

        @Test func aBenchmarkOfItIsWhole() async throws {
            let measure = Measure(surroundings: FakeSurroundings(), tool: (name: "CloFormer iOS", version: "1"))
            let record = try await measure.run(try subject(.benchmark))
            #expect(record.failure == nil && record.summary?.samples == 3 && record.runtime.version.hasPrefix("1."))
        }

        @Test func anotherImageHasOtherLogits() async throws {
            let engine = try await subject().open()
            let inputs = try bundle.golden().inputs
            let first = try await engine.inference(on: inputs.row(0))()
            #expect(try await engine.inference(on: inputs.row(1))() != first)
        }

        @Test func aBackendThatTheLibraryLacksIsRefused() async throws {
            let request = try EngineRequest(
                bundle: bundle, artifact: subject().artifact, backend: "npu", threads: nil)
            #expect(throws: Failure("this ONNX Runtime has no backend npu", remedy: "it has cpu")) {
                try OnnxRuntimeEngine(request)
            }
        }

        @Test func aFileThatIsNoModelIsRefusedInTheRuntimesWords() throws {
            var small = try SmallBundle()
            try small.set("artifacts.0.format", "onnx")
            let damaged = try small.open()
            let request = try EngineRequest(
                bundle: damaged, artifact: damaged.manifest.artifacts[0], backend: "cpu", threads: nil)
            do {
                _ = try OnnxRuntimeEngine(request)
                Issue.record("it was opened")
            } catch let failure as Failure {
                #expect(failure.problem.hasPrefix("ONNX Runtime failed while opening the model"), "\(failure)")
            }
        }

        @Test func aTensorOfBytesIsRefused() throws {
            var small = try SmallBundle()
            try small.set("artifacts.0.input.dtype", "uint8")
            let bytes = try small.open()
            let request = try EngineRequest(
                bundle: bytes, artifact: bytes.manifest.artifacts[0], backend: "cpu", threads: nil)
            #expect(throws: Failure("model.fake takes uint8, not float32")) { try OnnxRuntimeEngine(request) }
        }

        @Test func anInputThatTheModelDoesNotTakeIsRefused() async throws {
            let engine = try await subject().open()
            let inference = try engine.inference(
                on: Tensor(shape: [1, 3, 2, 2], values: [Float](repeating: 0, count: 12)))
            await #expect(throws: Failure.self) { try await inference() }
        }
    }
#endif
