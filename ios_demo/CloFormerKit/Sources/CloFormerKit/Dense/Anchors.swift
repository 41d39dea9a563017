extension BoxCoding {
    /// Return the number of anchors of all levels in an image.
    func anchorCount(height: Int, width: Int) -> Int {
        levels.map { $0.anchorCount(height: height, width: width) }.reduce(0, +)
    }
}

extension AnchorLevel {
    func anchorCount(height: Int, width: Int) -> Int {
        cells(along: height) * cells(along: width) * sizes.count
    }

    /// Return one of the level's anchors in an image of this width; they are ordered row by row, cell by cell, and in
    /// the order of the sizes.
    func anchor(_ index: Int, width: Int) -> Corners {
        let (cell, size) = (index / sizes.count, sizes[index % sizes.count])
        let columns = cells(along: width)
        let (x, y) = (Double(cell % columns * stride), Double(cell / columns * stride))
        return Corners(
            left: Float(x - size[0] / 2), top: Float(y - size[1] / 2), right: Float(x + size[0] / 2),
            bottom: Float(y + size[1] / 2))
    }

    private func cells(along side: Int) -> Int {
        (side + stride - 1) / stride
    }
}
