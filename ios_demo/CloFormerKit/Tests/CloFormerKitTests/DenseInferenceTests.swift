import Foundation
import Testing

@testable import CloFormerKit

/// From an image to masks and boxes, and the self-test of several outputs, with an engine that gives the golden outputs.
struct DenseInferenceTests {
    /// By the task's name; the files stay as long as this.
    let bundles: [String: SmallBundle]

    init() throws {
        bundles = Dictionary(uniqueKeysWithValues: try SmallTask.all.map { ($0.name, try SmallBundle($0)) })
    }

    private func subject(_ task: SmallTask, changing: [String: Tensor] = [:]) throws -> Case {
        let bundle = try #require(bundles[task.name]).open()
        let answers = try bundle.goldenAnswers().map { $0.merging(changing) { $1 } }
        let choice = try #require(Choice.all(in: bundle, kinds: [FakeEngine.kind(answers: answers)]).first)
        return Case(bundle: bundle, choice: choice, threads: 1, asked: "a test")
    }

    private func interpretation(_ task: SmallTask, changing: [String: Tensor] = [:]) async throws -> Interpretation {
        let image = RGBImage(width: 40, height: 50, pixels: (0..<40 * 50 * 3).map { UInt8($0 % 251) })
        let predictor = try await Predictor(subject(task, changing: changing))
        let answer = try await predictor.predict(image)
        #expect((answer.crop.width, answer.crop.height) == (32, 32))
        #expect(answer.totalNs > answer.inferenceNs)
        return answer.interpretation
    }

    @Test func aSegmenterGivesAMask() async throws {
        guard case .mask(let mask) = try await interpretation(.segmentation) else {
            Issue.record("no mask")
            return
        }
        #expect((mask.width, mask.height, mask.targets.count) == (8, 8, 64))
    }

    @Test func aDetectorGivesBoxes() async throws {
        let sure = Tensor(shape: [1, 6, 3], values: [-9, 4, -9] + [Float](repeating: -9, count: 15))
        let unmoved = Tensor(shape: [1, 6, 4], values: [Float](repeating: 0, count: 24))
        let found = try await interpretation(.detection, changing: ["class_logits": sure, "box_deltas": unmoved])
        let corners = Corners(left: 0, top: 0, right: 4, bottom: 4)
        #expect(found == .boxes([Box(corners: corners, score: 1 / (1 + exp(-4)), target: 1)]))
    }

    @Test func aBackboneGivesNothingToDraw() async throws {
        #expect(try await interpretation(.features) == .featureMaps)
    }

    @Test func anOutputOfAnotherShapeOrThatIsNotFiniteIsRefused() async throws {
        for values in [[Float](repeating: 0, count: 3 * 8 * 9), [Float](repeating: .nan, count: 3 * 8 * 8)] {
            let wrong = Tensor(shape: [1, 3, 8, values.count / 24], values: values)
            await #expect(throws: Failure.self) {
                _ = try await interpretation(.segmentation, changing: ["class_map": wrong])
            }
        }
    }

    @Test(arguments: SmallTask.all.indices) func theSelfTestComparesEveryOutput(index: Int) async throws {
        let task = SmallTask.all[index]
        let subject = try subject(task)
        let replay = try await replayGolden(subject, in: subject.choice.kind.open(subject.prepare()))
        #expect(replay.outputs.map(\.name) == task.outputs.map(\.name))
        #expect(replay.verdict == SelfTestVerdict(images: 2, maxAbs: 0, top1Agreement: 1, passed: true))
    }

    @Test func oneWrongOutputFailsTheSelfTest() async throws {
        let wrong = Tensor(shape: [1, 6, 4], values: [Float](repeating: 7, count: 24))
        let subject = try subject(.detection, changing: ["box_deltas": wrong])
        let replay = try await replayGolden(subject, in: subject.choice.kind.open(subject.prepare()))
        #expect(replay.outputs.map(\.parity.passed) == [true, false])
        #expect(replay.passed == false && (replay.verdict?.maxAbs ?? 0) > 6)
    }
}
