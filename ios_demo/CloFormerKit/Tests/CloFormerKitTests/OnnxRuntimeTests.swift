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

        private func subject(threads: Int = 1) throws -> Case {
            let choice = try #require(Choice.all(in: bundle, kinds: [OnnxRuntimeEngine.kind]).first)
            return Case(
                bundle: bundle, choice: choice, threads: threads,
                protocol: MeasurementProtocol(name: .custom, repeats: 1, warmUp: 1, samples: 3), asked: "a test")
        }

        private func open(threads: Int = 1) async throws -> any Engine {
            try OnnxRuntimeEngine(await subject(threads: threads).prepare())
        }

        @Test(arguments: [1, 2]) func goldenVectorsAreWithinBounds(threads: Int) async throws {
            let replay = try await replayGolden(subject(threads: threads), in: open(threads: threads))
            let parity = try #require(replay.outputs.first).parity
            #expect(replay.passed == true && replay.outputs.map(\.name) == ["logits"])
            #expect(parity.passed == true, "\(parity)")
            #expect(parity.images == bundle.manifest.golden.images.count && parity.images > 1)
            #expect(parity.maxAbs > 0 && parity.cosine > 0.99999)
        }

        @Test func aBenchmarkOfItIsWhole() async throws {
            let measure = Measure(surroundings: FakeSurroundings(), tool: (name: "CloFormer iOS", version: "1"))
            let record = try await measure.benchmark(subject())
            #expect(record.failure == nil && record.summary?.samples == 3 && record.runtime.version.hasPrefix("1."))
        }

        @Test func theClassesOfAnImageAreNamed() async throws {
            let predictor = try await Predictor(subject())
            let image = RGBImage(width: 90, height: 70, pixels: (0..<90 * 70 * 3).map { UInt8($0 % 251) })
            let answer = try await predictor.predict(image)
            guard case .classes(let scores) = answer.interpretation else { return }
            #expect(scores.count == 3 && scores[0].probability >= scores[1].probability)
            #expect(answer.inferenceNs > 0 && answer.totalNs > answer.inferenceNs)
        }

        @Test func anotherImageHasOtherLogits() async throws {
            let engine = try await open()
            let inputs = try bundle.goldenInputs()
            let first = try await engine.inference(on: inputs.row(0))()
            #expect(try await engine.inference(on: inputs.row(1))() != first)
        }

        @Test func everyArtifactHasTheHashThatPythonComputed() throws {
            let artifacts = bundle.manifest.artifacts
            #expect(artifacts.map(\.format) == ["mlpackage", "onnx"])  // a folder and a file
            for artifact in artifacts { _ = try bundle.verifiedLocation(of: artifact) }
            for image in bundle.manifest.golden.images { _ = try bundle.verifiedImage(image) }
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
            #expect(throws: Failure("model.fake expects uint8, not float32")) { try OnnxRuntimeEngine(request) }
        }

        @Test func anInputThatTheModelDoesNotTakeIsRefused() async throws {
            let engine = try await open()
            let inference = try engine.inference(
                on: Tensor(shape: [1, 3, 2, 2], values: [Float](repeating: 0, count: 12)))
            await #expect(throws: Failure.self) { try await inference() }
        }
    }
#endif
