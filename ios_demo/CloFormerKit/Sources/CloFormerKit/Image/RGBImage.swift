/// An image of 8-bit pixels: red, green, blue, row by row from the top.
public struct RGBImage: Equatable, Sendable {
    public let width: Int
    public let height: Int
    public let pixels: [UInt8]

    /// Make an image of pixels.
    ///
    /// - Precondition: there are three values per pixel.
    public init(width: Int, height: Int, pixels: [UInt8]) {
        precondition(width > 0 && height > 0 && pixels.count == width * height * 3, "\(width)x\(height) in RGB")
        self.width = width
        self.height = height
        self.pixels = pixels
    }

    /// Return the rectangle whose upper left corner is (`left`, `top`).
    func cropped(left: Int, top: Int, width cropWidth: Int, height cropHeight: Int) -> RGBImage {
        var cut: [UInt8] = []
        cut.reserveCapacity(cropWidth * cropHeight * 3)
        for row in top..<top + cropHeight {
            let start = (row * width + left) * 3
            cut.append(contentsOf: pixels[start..<start + cropWidth * 3])
        }
        return RGBImage(width: cropWidth, height: cropHeight, pixels: cut)
    }
}
