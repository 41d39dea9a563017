#if canImport(OnnxRuntimeKit)
    import Foundation
    import OnnxRuntimeKit
    import Testing

    @testable import CloFormerKit

    /// The engine that ships, on the dense bundles that cloformer-export made; the detector reads boxes itself, too.
    @Suite(.enabled(if: GivenFiles.denseBundles != nil, "CLOFORMER_DENSE_BUNDLES names no folder"))
    struct DenseOnnxRuntimeTests {
        private func subject(_ task: ModelFacts.Task) throws -> Case {
            let library = BundleLibrary(folders: [try #require(GivenFiles.denseBundles)])
            let bundles = try library.entries().map { try $0.bundle.get() }
            let bundle = try #require(bundles.first { $0.manifest.model.task == task })
            let choice = try #require(Choice.all(in: bundle, kinds: [OnnxRuntimeEngine.kind]).first)
            return Case(bundle: bundle, choice: choice, threads: 1, asked: "a test")
        }

        private func predictor(_ task: ModelFacts.Task) async throws -> Predictor {
            try await Predictor(subject(task))
        }

        private let image = RGBImage(width: 90, height: 70, pixels: (0..<90 * 70 * 3).map { UInt8($0 % 251) })

        @Test(arguments: [
            (ModelFacts.Task.features, ["stage1", "stage2", "stage3", "stage4"]), (.segmentation, ["class_map"]),
            (.detection, ["class_logits", "box_deltas"]),
        ])
        func goldenVectorsAreWithinBounds(task: ModelFacts.Task, outputs: [String]) async throws {
            let subject = try subject(task)
            let replay = try await replayGolden(subject, in: subject.choice.kind.open(subject.prepare()))
            #expect(replay.passed == true && replay.outputs.map(\.name) == outputs, "\(replay)")
            #expect(replay.outputs.allSatisfy { $0.parity.maxAbs > 0 && $0.parity.cosine > 0.99999 })
        }

        @Test func aSegmenterMakesAMaskOfAQuarterOfTheCrop() async throws {
            let answer = try await predictor(.segmentation).predict(image)
            guard case .mask(let mask) = answer.interpretation else {
                Issue.record("no mask")
                return
            }
            #expect((mask.width * 4, mask.height * 4) == (answer.crop.width, answer.crop.height))
        }

        @Test func aDetectorMakesBoxesWithinTheCrop() async throws {
            let answer = try await predictor(.detection).predict(image)
            guard case .boxes(let boxes) = answer.interpretation else {
                Issue.record("no boxes")
                return
            }
            #expect(boxes.allSatisfy { $0.corners.right <= 64 && $0.corners.bottom <= 64 && $0.target < 80 })
        }
    }
#endif
