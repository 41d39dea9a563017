import CloFormerKit
import CoreGraphics
import Foundation
import ImageIO

/// Return an image file's pixels, upright, as the preprocessing takes them.
///
/// Pixels keep the numbers of the file: no colour profile is applied, as Python applies none.
///
/// - Throws: `Failure` where it is no image that iOS reads.
func decodeImage(_ data: Data) throws -> RGBImage {
    guard let source = CGImageSourceCreateWithData(data as CFData, nil),
        let image = CGImageSourceCreateImageAtIndex(source, 0, nil)
    else { throw Failure("this is no image that iOS can read") }
    let properties = CGImageSourceCopyPropertiesAtIndex(source, 0, nil) as? [CFString: Any]
    let tag = properties?[kCGImagePropertyOrientation] as? Int
    return try pixels(of: image).upright(from: tag.flatMap(Orientation.init(rawValue:)) ?? .up)
}

private func pixels(of image: CGImage) throws -> RGBImage {
    let (width, height) = (image.width, image.height)
    var bytes = [UInt8](repeating: 0, count: width * height * 4)
    let space = image.colorSpace?.model == .rgb ? image.colorSpace : CGColorSpace(name: CGColorSpace.sRGB)
    let drawn = bytes.withUnsafeMutableBytes { buffer in
        guard let space,
            let context = CGContext(
                data: buffer.baseAddress, width: width, height: height, bitsPerComponent: 8, bytesPerRow: width * 4,
                space: space, bitmapInfo: CGImageAlphaInfo.noneSkipLast.rawValue)
        else { return false }
        context.draw(image, in: CGRect(x: 0, y: 0, width: width, height: height))
        return true
    }
    guard drawn else { throw Failure("there is no memory for an image of \(width)x\(height)") }
    let colours = bytes.enumerated().filter { $0.offset % 4 != 3 }.map(\.element)
    return RGBImage(width: width, height: height, pixels: colours)
}
