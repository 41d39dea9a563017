/// One object that a detector found.
public struct Box: Equatable, Sendable {
    /// The corners, in pixels of the network's input.
    public let corners: Corners

    /// The score, from 0 to 1.
    public let score: Float

    /// The index of the object's class.
    public let target: Int
}

/// An upright rectangle, in pixels from the upper left corner of an image.
public struct Corners: Equatable, Sendable {
    public let left: Float
    public let top: Float
    public let right: Float
    public let bottom: Float

    public var width: Float { right - left }
    public var height: Float { bottom - top }

    /// Return the intersection over union with another rectangle.
    func overlap(with other: Corners) -> Float {
        let shared = (
            max(min(right, other.right) - max(left, other.left), 0),
            max(min(bottom, other.bottom) - max(top, other.top), 0)
        )
        let intersection = shared.0 * shared.1
        let union = width * height + other.width * other.height - intersection
        return intersection / max(union, 1e-9)
    }

    /// Return the part that lies within an image.
    func clipped(height: Int, width: Int) -> Corners {
        let inside = { (value: Float, side: Int) in min(max(value, 0), Float(side)) }
        return Corners(
            left: inside(left, width), top: inside(top, height), right: inside(right, width),
            bottom: inside(bottom, height))
    }
}
