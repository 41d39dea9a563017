#if canImport(CoreML)
    import CoreML
    import CoreVideo

    /// An image in the form that a Core ML package expects, which is immutable once it is created.
    final class InputFeatures: @unchecked Sendable {
        let provider: any MLFeatureProvider

        /// Convert an image.
        ///
        /// - Throws: `Failure` if there is not enough memory, or the artifact expects several images at once.
        init(_ input: Tensor, facts: InputFacts) throws {
            let value: MLFeatureValue
            switch facts.kind {
            case .image: value = MLFeatureValue(pixelBuffer: try Self.pixelBuffer(input))
            case .tensor: value = MLFeatureValue(multiArray: try Self.multiArray(input))
            }
            provider = try MLDictionaryFeatureProvider(dictionary: [facts.name: value])
        }

        /// Return pixels for values in [0, 255].
        private static func pixelBuffer(_ input: Tensor) throws -> CVPixelBuffer {
            guard input.shape[0] == 1 else { throw Failure("Core ML runs one image at a time, not \(input.shape[0])") }
            let (height, width) = (input.shape[2], input.shape[3])
            var made: CVPixelBuffer?
            let shared = [kCVPixelBufferIOSurfacePropertiesKey as String: [String: Any]()] as CFDictionary
            CVPixelBufferCreate(kCFAllocatorDefault, width, height, kCVPixelFormatType_32BGRA, shared, &made)
            guard let buffer = made, CVPixelBufferLockBaseAddress(buffer, []) == kCVReturnSuccess else {
                throw Failure("not enough memory for an image of \(width)x\(height)")
            }
            defer { CVPixelBufferUnlockBaseAddress(buffer, []) }
            guard let base = CVPixelBufferGetBaseAddress(buffer) else { throw Failure("an image has no memory") }
            let row = CVPixelBufferGetBytesPerRow(buffer)
            let bytes = base.assumingMemoryBound(to: UInt8.self)
            let plane = height * width
            for y in 0..<height {
                for x in 0..<width {
                    let pixel = y * row + x * 4
                    for channel in 0..<3 {
                        let value = input.values[channel * plane + y * width + x]
                        bytes[pixel + 2 - channel] = UInt8(clamping: Int(value.rounded()))
                    }
                    bytes[pixel + 3] = 255
                }
            }
            return buffer
        }

        private static func multiArray(_ input: Tensor) throws -> MLMultiArray {
            let array = MLShapedArray<Float>(scalars: input.values, shape: input.shape)
            return MLMultiArray(array)
        }
    }
#endif
