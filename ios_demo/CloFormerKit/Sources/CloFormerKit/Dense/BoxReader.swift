import Foundation

/// Decodes boxes from a detector's outputs: scores, candidates, decoding, suppression, as runtimes/reading/boxes.py.
struct BoxReader {
    let coding: BoxCoding

    /// The size of the network's input.
    let height: Int
    let width: Int

    /// A logit whose score is certainly not above the threshold.
    private let hopeless: Float

    init(_ coding: BoxCoding, height: Int, width: Int) {
        (self.coding, self.height, self.width) = (coding, height, width)
        hopeless = log(coding.scoreThreshold / (1 - coding.scoreThreshold)) - 0.01
    }

    /// Return the objects of one image, by descending score.
    ///
    /// - Parameter classLogits: the class logits (1, anchors, classes).
    /// - Parameter boxDeltas: the box deltas (1, anchors, 4).
    func boxes(classLogits: Tensor, boxDeltas: Tensor) -> [Box] {
        suppress(
            candidates(classLogits).map { candidate in
                let deltas = boxDeltas.values[candidate.anchor * 4..<candidate.anchor * 4 + 4]
                return Box(
                    corners: decode(Array(deltas), candidate.corners), score: candidate.score, target: candidate.target)
            })
    }

    /// An anchor that may contain an object.
    private struct Candidate {
        let score: Float
        let anchor: Int
        let target: Int
        let corners: Corners

        /// Whether it comes before another: by descending score, ties in order.
        func precedes(_ other: Candidate) -> Bool {
            (-score, anchor, target) < (-other.score, other.anchor, other.target)
        }
    }

    private func candidates(_ classLogits: Tensor) -> [Candidate] {
        var (first, found) = (0, [Candidate]())
        for level in coding.levels {
            let count = level.anchorCount(height: height, width: width)
            let all = (first..<first + count).flatMap { anchor in
                targets(of: anchor, classLogits).map { target, score in
                    Candidate(
                        score: score, anchor: anchor, target: target,
                        corners: level.anchor(anchor - first, width: width))
                }
            }
            found += all.sorted { $0.precedes($1) }.prefix(coding.candidates)
            first += count
        }
        return found.sorted { $0.precedes($1) }
    }

    /// Return the classes that an anchor may contain, with their scores.
    private func targets(of anchor: Int, _ classLogits: Tensor) -> [(target: Int, score: Float)] {
        let classes = classLogits.shape[2]
        return classLogits.values[anchor * classes..<(anchor + 1) * classes].enumerated().compactMap { target, logit in
            // Nearly all logits are far below the threshold, and an exponential for each would take most of the time.
            guard logit > hopeless else { return nil }
            let score = 1 / (1 + exp(-logit))
            return score > coding.scoreThreshold ? (target, score) : nil
        }
    }

    private func decode(_ deltas: [Float], _ anchor: Corners) -> Corners {
        let limit = coding.largestLogRatio
        let scale = { (delta: Float) in exp(min(max(delta, -limit), limit)) / 2 }
        let (x, y) = ((anchor.right + anchor.left) / 2, (anchor.bottom + anchor.top) / 2)
        let (centerX, centerY) = (x + deltas[0] * anchor.width, y + deltas[1] * anchor.height)
        let (halfWidth, halfHeight) = (anchor.width * scale(deltas[2]), anchor.height * scale(deltas[3]))
        return Corners(
            left: centerX - halfWidth, top: centerY - halfHeight, right: centerX + halfWidth,
            bottom: centerY + halfHeight
        ).clipped(height: height, width: width)
    }

    /// Return the boxes that no better one of their class overlaps too much; the input is sorted by score.
    private func suppress(_ boxes: [Box]) -> [Box] {
        var kept: [Box] = []
        for box in boxes where kept.count < coding.most {
            let isHidden = kept.contains {
                $0.target == box.target && $0.corners.overlap(with: box.corners) > coding.iouThreshold
            }
            if !isHidden { kept.append(box) }
        }
        return kept
    }
}
