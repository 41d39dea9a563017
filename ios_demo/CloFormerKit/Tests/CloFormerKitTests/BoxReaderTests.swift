import Foundation
import Testing

@testable import CloFormerKit

/// On the small detector: anchors of 8x8 around (0, 0), (16, 0), (0, 16), (16, 16), and two larger ones around (0, 0).
struct BoxReaderTests {
    let reader: BoxReader

    init() throws {
        let coding = try #require(try SmallBundle(.detection).open().manifest.boxes)
        reader = BoxReader(coding, height: 32, width: 32)
    }

    /// Read boxes where all logits and deltas that are not given are hopeless, or 0.
    private func boxes(_ logits: [Int: [Float]], _ deltas: [Int: [Float]] = [:]) -> [Box] {
        reader.boxes(
            classLogits: Tensor(shape: [1, 6, 3], values: (0..<6).flatMap { logits[$0] ?? [-9, -9, -9] }),
            boxDeltas: Tensor(shape: [1, 6, 4], values: (0..<6).flatMap { deltas[$0] ?? [0, 0, 0, 0] }))
    }

    @Test func nothingIsFoundWhereNoScoreIsAboveTheThreshold() {
        #expect(boxes([:]).isEmpty)
        #expect(boxes([3: [logit(0.249), -9, -9]]).isEmpty)
        #expect(boxes([3: [logit(0.251), -9, -9]]).count == 1)
    }

    @Test func anAnchorWithoutDeltasIsABoxWithinTheImage() {
        let found = boxes([0: [-9, 0, -9], 3: [-9, -9, 3]])
        #expect(found.map(\.target) == [2, 1] && found[1].score == 0.5)
        #expect(found[0].corners == Corners(left: 12, top: 12, right: 20, bottom: 20))
        #expect(found[1].corners == Corners(left: 0, top: 0, right: 4, bottom: 4))
    }

    @Test func deltasMoveTheCenterAndScaleTheSides() {
        let corners = boxes([3: [3, -9, -9]], [3: [0.5, -0.25, Float(log(2.0)), 0]])[0].corners
        #expect(corners == Corners(left: 12, top: 10, right: 28, bottom: 18))
        let huge = boxes([3: [3, -9, -9]], [3: [0, 0, 500, -500]])[0].corners
        #expect(huge.left == 0 && huge.right == 32 && huge.height > 0.1 && huge.height < 0.2)  // 8 * exp(-4)
    }

    @Test func aBoxHidesTheWeakerOnesOfItsClassThatOverlapIt() {
        let moved: [Int: [Float]] = [1: [-2, 0, 0, 0]]  // onto anchor 0
        #expect(boxes([0: [2, -9, -9], 1: [1, -9, -9]], moved).map(\.score) == [score(2)])
        #expect(boxes([0: [2, -9, -9], 1: [-9, 1, -9]], moved).map(\.target) == [0, 1])
        #expect(boxes([0: [2, -9, -9], 1: [1, -9, -9]]).count == 2)
    }

    @Test func ofEqualScoresTheFirstAnchorAndClassComeFirst() {
        let found = boxes([2: [-9, 1, 1], 3: [1, -9, -9]])
        #expect(found.map(\.target) == [1, 2, 0])
    }

    @Test func noMoreAreKeptThanTheCodingSays() {
        let all = Dictionary(uniqueKeysWithValues: (0..<4).map { ($0, [Float($0), -9, -9]) })
        #expect(boxes(all).map(\.score) == [3, 2, 1].map(score))
    }

    private func logit(_ score: Float) -> Float { log(score / (1 - score)) }

    private func score(_ logit: Float) -> Float { 1 / (1 + exp(-logit)) }
}
