/// How boxes are read from a detector's outputs: its anchors, and what is kept. docs/dense-tasks.md has the rules.
public struct BoxCoding: Codable, Equatable, Sendable {
    /// The levels of the pyramid; their anchors follow one another.
    public let levels: [AnchorLevel]

    /// A delta does not make an anchor larger or smaller than this, as a logarithm.
    public let largestLogRatio: Float

    /// What is not above it is no candidate.
    public let scoreThreshold: Float

    /// The most of a level that go on, by score.
    public let candidates: Int

    /// Of two boxes of one class the weaker goes where they overlap by more than this.
    public let iouThreshold: Float

    /// Boxes that are kept.
    public let most: Int
}

/// The anchors of one level of the pyramid.
public struct AnchorLevel: Codable, Equatable, Sendable {
    /// Pixels from one cell to the next; the anchors of cell (x, y) are centered at (x, y) times it.
    public let stride: Int

    /// Width and height of each anchor of a cell, in pixels.
    public let sizes: [[Double]]
}

extension BoxCoding {
    /// - Throws: `Failure` with the field and what is wrong with it.
    func check() throws {
        try require(!levels.isEmpty, "boxes.levels is empty")
        for level in levels {
            try require(possibleSides.contains(level.stride), "boxes.levels has the stride \(level.stride)")
            let possible = level.sizes.allSatisfy { $0.count == 2 && $0.allSatisfy { $0 > 0 && $0 < 1e6 } }
            try require(possible && !level.sizes.isEmpty, "boxes.levels has the sizes \(level.sizes)")
        }
        try require((0...10).contains(largestLogRatio), "boxes.largest_log_ratio is \(largestLogRatio)")
        for (name, threshold) in [("score_threshold", scoreThreshold), ("iou_threshold", iouThreshold)] {
            try require((0...1).contains(threshold), "boxes.\(name) is \(threshold)")
        }
        for (name, count) in [("candidates", candidates), ("most", most)] {
            try require((1...100_000).contains(count), "boxes.\(name) is \(count)")
        }
    }
}
