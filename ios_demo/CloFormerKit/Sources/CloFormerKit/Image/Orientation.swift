/// The orientation of a camera, numbered as in EXIF.
public enum Orientation: Int, CaseIterable, Sendable {
    case up = 1
    case upMirrored, down, downMirrored, leftMirrored, right, rightMirrored, left

    /// Whether width and height are swapped.
    fileprivate var swapsSides: Bool { rawValue > 4 }
}

extension RGBImage {
    /// Return the image upright, as the photographer saw it.
    public func upright(from orientation: Orientation) -> RGBImage {
        if orientation == .up { return self }
        let (newWidth, newHeight) = orientation.swapsSides ? (height, width) : (width, height)
        var turned = [UInt8](repeating: 0, count: pixels.count)
        for y in 0..<newHeight {
            for x in 0..<newWidth {
                let (fromX, fromY) = source(x, y, orientation)
                let (to, from) = ((y * newWidth + x) * 3, (fromY * width + fromX) * 3)
                for channel in 0..<3 { turned[to + channel] = pixels[from + channel] }
            }
        }
        return RGBImage(width: newWidth, height: newHeight, pixels: turned)
    }

    /// Return the position in this image of a pixel of the upright image.
    private func source(_ x: Int, _ y: Int, _ orientation: Orientation) -> (Int, Int) {
        let (right, bottom) = (width - 1, height - 1)
        return switch orientation {
        case .up: (x, y)
        case .upMirrored: (right - x, y)
        case .down: (right - x, bottom - y)
        case .downMirrored: (x, bottom - y)
        case .leftMirrored: (y, x)
        case .right: (y, bottom - x)
        case .rightMirrored: (right - y, bottom - x)
        case .left: (right - y, x)
        }
    }
}
