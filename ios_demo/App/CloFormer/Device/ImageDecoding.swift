import CloFormerKit
import CoreGraphics
import Foundation
import ImageIO

/// Return an image file's pixels, upright, as input of the preprocessing.
///
/// Pixels keep the values in the file: no color profile is applied, because Python applies none. Transparent pixels
/// become darker, whereas Python ignores transparency.
///
/// - Throws: `Failure` if iOS cannot read it as an image.
func decodeImage(_ data: Data) throws -> RGBImage {
    guard let source = CGImageSourceCreateWithData(data as CFData, nil),
        let image = CGImageSourceCreateImageAtIndex(source, 0, nil)
    else { throw Failure("iOS cannot read this as an image") }
    let properties = CGImageSourceCopyPropertiesAtIndex(source, 0, nil) as? [CFString: Any]
    let tag = properties?[kCGImagePropertyOrientation] as? Int
    return try pixels(of: image).upright(from: tag.flatMap(Orientation.init(rawValue:)) ?? .up)
}

private func pixels(of image: CGImage) throws -> RGBImage {
    let (width, height) = (image.width, image.height)
    let isGrey = image.colorSpace?.model == .monochrome
    let keepsItsSpace = isGrey || image.colorSpace?.model == .rgb
    let space = keepsItsSpace ? image.colorSpace : CGColorSpace(name: CGColorSpace.sRGB)
    let channels = isGrey ? 1 : 4
    var bytes = [UInt8](repeating: 0, count: width * height * channels)
    let drawn = bytes.withUnsafeMutableBytes { buffer in
        guard let space,
            let context = CGContext(
                data: buffer.baseAddress, width: width, height: height, bitsPerComponent: 8,
                bytesPerRow: width * channels, space: space,
                bitmapInfo: (isGrey ? CGImageAlphaInfo.none : .noneSkipLast).rawValue)
        else { return false }
        context.draw(image, in: CGRect(x: 0, y: 0, width: width, height: height))
        return true
    }
    guard drawn else { throw Failure("not enough memory for an image of \(width)x\(height)") }
    let colors =
        isGrey
        ? bytes.flatMap { [$0, $0, $0] }
        : bytes.enumerated().filter { $0.offset % 4 != 3 }.map(\.element)
    return RGBImage(width: width, height: height, pixels: colors)
}
