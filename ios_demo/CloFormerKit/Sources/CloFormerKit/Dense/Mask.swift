/// The class of each pixel, at the resolution of a segmenter's output: drawing enlarges it.
public struct Mask: Equatable, Sendable {
    public let width: Int
    public let height: Int

    /// The indices of the classes, row by row.
    public let targets: [Int]

    /// Select the class with the largest logit of each pixel, or the first of several.
    ///
    /// - Parameter classMap: the class logits (1, classes, H, W).
    init(classMap: Tensor) {
        (height, width) = (classMap.shape[2], classMap.shape[3])
        let pixels = height * width
        var best = Array(classMap.values.prefix(pixels))
        var targets = [Int](repeating: 0, count: pixels)
        for target in 1..<max(classMap.shape[1], 1) {
            for pixel in 0..<pixels {
                let logit = classMap.values[target * pixels + pixel]
                if logit > best[pixel] { (best[pixel], targets[pixel]) = (logit, target) }
            }
        }
        self.targets = targets
    }

    /// Return the share of the image that each class covers, from 0 to 1, the largest first.
    public var shares: [(target: Int, share: Float)] {
        var counts: [Int: Int] = [:]
        for target in targets { counts[target, default: 0] += 1 }
        return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { ($0.key, Float($0.value) / Float(targets.count)) }
    }

    /// Return the mask in the colors of its classes.
    public var colored: RGBImage {
        let palette = (0...(targets.max() ?? 0)).map { ClassColor(target: $0).bytes }
        return RGBImage(width: width, height: height, pixels: targets.flatMap { palette[$0] })
    }
}
