import Testing

@testable import CloFormerKit

struct ImageTests {
    /// 3 wide and 2 high; each pixel has its own number.
    let image = RGBImage(width: 3, height: 2, pixels: (0..<6).flatMap { [UInt8($0), 100, 200] })

    /// The numbers as EXIF's definition of each orientation puts them: rows from the top, each from the left.
    @Test(arguments: [
        (Orientation.up, [0, 1, 2, 3, 4, 5]), (.upMirrored, [2, 1, 0, 5, 4, 3]), (.down, [5, 4, 3, 2, 1, 0]),
        (.downMirrored, [3, 4, 5, 0, 1, 2]), (.leftMirrored, [0, 3, 1, 4, 2, 5]), (.right, [3, 0, 4, 1, 5, 2]),
        (.rightMirrored, [5, 2, 4, 1, 3, 0]), (.left, [2, 5, 1, 4, 0, 3]),
    ])
    func orientations(orientation: Orientation, expected: [Int]) {
        let upright = image.upright(from: orientation)
        #expect(upright.width == (orientation.rawValue > 4 ? 2 : 3))
        #expect(stride(from: 0, to: 18, by: 3).map { Int(upright.pixels[$0]) } == expected)
    }

    @Test func aFlatImageStaysFlat() {
        let flat = RGBImage(width: 17, height: 5, pixels: [UInt8](repeating: 77, count: 17 * 5 * 3))
        for (width, height) in [(17, 5), (3, 3), (40, 61), (1, 1)] {
            let resized = flat.resizedBicubic(width: width, height: height)
            #expect((resized.width, resized.height) == (width, height))
            #expect(Set(resized.pixels) == [77])
        }
    }

    @Test func overshootStopsAtBlackAndWhite() {
        let edge = RGBImage(width: 4, height: 1, pixels: [0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255])
        let row = edge.resizedBicubic(width: 16, height: 1).pixels
        #expect(row.min() == 0 && row.max() == 255)
        #expect(row.first == 0 && row.last == 255)
    }

    @Test func theNetworkGetsPlanesOfTheCenter() throws {
        let contract = try SmallBundle().open().manifest.preprocessing
        let pixels = (0..<36 * 36).flatMap { index -> [UInt8] in [UInt8(index / 36), UInt8(index % 36), 255] }
        let input = try preprocess(RGBImage(width: 36, height: 36, pixels: pixels), with: contract)
        #expect(input.shape == [1, 3, 32, 32])
        let (first, last) = (Float(2) / 255, Float(33) / 255)
        #expect([input.values[0], input.values[31 * 32]] == [first, last])
        #expect([input.values[1024], input.values[1024 + 31]] == [first, last])
        #expect(Set(input.values[2048...]) == [1])
    }

    @Test func cameraRowsMayBePadded() {
        let frame: [UInt8] = [3, 2, 1, 255, 6, 5, 4, 255, 0, 0, 0, 0, 9, 8, 7, 255, 12, 11, 10, 255, 0, 0, 0, 0]
        let image = frame.withUnsafeBytes { RGBImage(bgra: $0, width: 2, height: 2, bytesPerRow: 12) }
        #expect(image.pixels == Array(1...12))
    }

    @Test func normalizationIsPerChannel() throws {
        let contract = try SmallBundle().open().manifest.preprocessing
        let batch = Tensor(shape: [2, 3, 1, 1], values: [1, 0.5, 0.125, 0.5, 0.25, 2.125])
        #expect(normalize(batch, with: contract).values == [1, 1, 0, 0, 0, 1])
    }

    @Test(arguments: [(1, 100_000), (4_000_000, 1)])
    func anElongatedImageIsRefused(height: Int, width: Int) throws {
        let contract = try SmallBundle().open().manifest.preprocessing
        let image = RGBImage(width: width, height: height, pixels: [UInt8](repeating: 0, count: width * height * 3))
        #expect(throws: Failure.self) {
            _ = try centerCrop(image, with: contract)
        }
    }
}
