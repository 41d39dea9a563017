#if canImport(CoreVideo)
    import CoreVideo

    extension RGBImage {
        /// Copy the pixels of a camera's frame, 32BGRA; nil if it is of another format.
        public init?(pixelBuffer: CVPixelBuffer) {
            guard CVPixelBufferGetPixelFormatType(pixelBuffer) == kCVPixelFormatType_32BGRA,
                CVPixelBufferLockBaseAddress(pixelBuffer, .readOnly) == kCVReturnSuccess
            else { return nil }
            defer { CVPixelBufferUnlockBaseAddress(pixelBuffer, .readOnly) }
            guard let base = CVPixelBufferGetBaseAddress(pixelBuffer) else { return nil }
            self.init(
                bgra: UnsafeRawBufferPointer(start: base, count: CVPixelBufferGetDataSize(pixelBuffer)),
                width: CVPixelBufferGetWidth(pixelBuffer), height: CVPixelBufferGetHeight(pixelBuffer),
                bytesPerRow: CVPixelBufferGetBytesPerRow(pixelBuffer))
        }
    }
#endif

extension RGBImage {
    /// Copy pixels of four bytes, blue first, in rows that may be longer than the image is wide.
    init(bgra bytes: UnsafeRawBufferPointer, width: Int, height: Int, bytesPerRow: Int) {
        var pixels = [UInt8](repeating: 0, count: width * height * 3)
        for y in 0..<height {
            for x in 0..<width {
                let (from, to) = (y * bytesPerRow + x * 4, (y * width + x) * 3)
                for channel in 0..<3 { pixels[to + channel] = bytes[from + 2 - channel] }
            }
        }
        self.init(width: width, height: height, pixels: pixels)
    }
}
