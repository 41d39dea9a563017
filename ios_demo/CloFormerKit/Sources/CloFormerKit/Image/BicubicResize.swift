import Foundation

extension RGBImage {
    /// Resize like Pillow's bicubic filter, within 1 of 255: two passes in fixed point, rows first, 8 bits in between.
    ///
    /// If the image shrinks, the filter widens by the same factor, so that every pixel counts.
    func resizedBicubic(width newWidth: Int, height newHeight: Int) -> RGBImage {
        let narrowed = newWidth == width ? self : resampledRows(to: newWidth)
        return newHeight == height ? narrowed : narrowed.resampledColumns(to: newHeight)
    }

    private func resampledRows(to newWidth: Int) -> RGBImage {
        let filter = ResizeFilter(from: width, to: newWidth)
        var output = [UInt8](repeating: 0, count: newWidth * height * 3)
        pixels.withUnsafeBufferPointer { pixels in
            for y in 0..<height {
                for (x, window) in filter.windows.enumerated() {
                    let start = (y * width + window.first) * 3
                    let to = (y * newWidth + x) * 3
                    for channel in 0..<3 {
                        output[to + channel] = window.apply(pixels, from: start + channel, step: 3)
                    }
                }
            }
        }
        return RGBImage(width: newWidth, height: height, pixels: output)
    }

    private func resampledColumns(to newHeight: Int) -> RGBImage {
        let filter = ResizeFilter(from: height, to: newHeight)
        let row = width * 3
        var output = [UInt8](repeating: 0, count: newHeight * row)
        pixels.withUnsafeBufferPointer { pixels in
            for (y, window) in filter.windows.enumerated() {
                for value in 0..<row {
                    output[y * row + value] = window.apply(pixels, from: window.first * row + value, step: row)
                }
            }
        }
        return RGBImage(width: width, height: newHeight, pixels: output)
    }
}

/// The input values that contribute to each output value along one side, and their weights.
private struct ResizeFilter {
    let windows: [Window]

    struct Window {
        let first: Int
        let weights: [Int32]

        @inline(__always)
        func apply(_ values: UnsafeBufferPointer<UInt8>, from start: Int, step: Int) -> UInt8 {
            var sum = Int32(1) << (ResizeFilter.fractionBits - 1)
            var index = start
            for weight in weights {
                sum &+= Int32(values[index]) &* weight
                index += step
            }
            return UInt8(clamping: sum >> ResizeFilter.fractionBits)
        }
    }

    init(from size: Int, to newSize: Int) {
        let scale = Double(size) / Double(newSize)
        let widening = max(scale, 1)
        let support = Self.radius * widening
        windows = (0..<newSize).map { index in
            let center = (Double(index) + 0.5) * scale
            let first = max(Int(center - support + 0.5), 0)
            let last = min(Int(center + support + 0.5), size)
            let weights = (first..<last).map { Self.cubic((Double($0) - center + 0.5) / widening) }
            let total = weights.reduce(0, +)
            return Window(first: first, weights: weights.map { Self.fixedPoint($0 / total) })
        }
    }

    /// Return Keys' cubic convolution kernel with a = -0.5.
    private static func cubic(_ distance: Double) -> Double {
        let (x, a) = (abs(distance), -0.5)
        if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
        return x < radius ? (((x - 5) * x + 8) * x - 4) * a : 0
    }

    private static func fixedPoint(_ weight: Double) -> Int32 {
        Int32(weight * Double(1 << fractionBits) + (weight < 0 ? -0.5 : 0.5))
    }

    private static let radius = 2.0

    /// The bits of the fraction: of 32 bits, 8 are for the pixel and 2 for sums of positive and negative weights.
    fileprivate static let fractionBits = Int32(32 - 8 - 2)
}
