/// The rules for decoding boxes from a detector's outputs, as in docs/dense-tasks.md: its anchors, and what is kept.
public struct BoxCoding: Codable, Equatable, Sendable {
    /// The levels of the feature pyramid, in the order of their anchors.
    public let levels: [AnchorLevel]

    /// The largest change of an anchor's size by a delta, as a logarithm.
    public let largestLogRatio: Float

    /// The score that a candidate must exceed.
    public let scoreThreshold: Float

    /// The maximum number of candidates per level; those with the highest scores are kept.
    public let candidates: Int

    /// The overlap above which the lower-scoring of two boxes of the same class is dropped.
    public let iouThreshold: Float

    /// The maximum number of boxes to keep.
    public let most: Int
}

/// The anchors of one level of the feature pyramid.
public struct AnchorLevel: Codable, Equatable, Sendable {
    /// The distance between cells in pixels; the anchors of cell (x, y) are centered at (x, y) times this.
    public let stride: Int

    /// The width and height of each anchor of a cell, in pixels.
    public let sizes: [[Double]]
}

extension BoxCoding {
    /// Check the values.
    ///
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
