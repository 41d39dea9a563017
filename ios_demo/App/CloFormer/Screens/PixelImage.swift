import CloFormerKit
import CoreGraphics
import SwiftUI

extension Image {
    /// Show pixels unchanged, in sRGB; nil if there is not enough memory.
    init?(_ pixels: RGBImage, label: String) {
        guard let space = CGColorSpace(name: CGColorSpace.sRGB),
            let provider = CGDataProvider(data: Data(pixels.pixels) as CFData),
            let image = CGImage(
                width: pixels.width, height: pixels.height, bitsPerComponent: 8, bitsPerPixel: 24,
                bytesPerRow: pixels.width * 3, space: space,
                bitmapInfo: CGBitmapInfo(rawValue: CGImageAlphaInfo.none.rawValue), provider: provider, decode: nil,
                shouldInterpolate: true, intent: .defaultIntent)
        else { return nil }
        self.init(image, scale: 1, label: Text(label))
    }
}

extension Color {
    /// The color of a class in masks, boxes and legends.
    init(_ color: ClassColor) {
        self.init(red: color.red, green: color.green, blue: color.blue)
    }
}
