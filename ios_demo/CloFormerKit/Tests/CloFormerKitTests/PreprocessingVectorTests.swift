import Foundation
import Testing

@testable import CloFormerKit

/// The Swift preprocessing against Python's, on the images that Kotlin is tested with too.
@Suite(.enabled(if: GivenFiles.vectors != nil, "CLOFORMER_PREPROCESSING_VECTORS names no folder"))
struct PreprocessingVectorTests {
    struct Index: Decodable {
        let format: Int
        let images: [Image]
        let refused: [Refused]
    }

    struct Image: Decodable {
        let name: String
        let orientation: Int
        let pixels: Pixels
        let expected: [Crop]
    }

    struct Pixels: Decodable {
        let file: String
        let shape: [Int]
    }

    struct Crop: Decodable {
        let resize: [Int]
        let crop: [Int]
        let file: String
        let shape: [Int]
    }

    struct Refused: Decodable {
        let height: Int
        let width: Int
        let resize: [Int]
        let crop: [Int]
    }

    static let index: Index? = try? JSONDecoder().decode(
        Index.self, from: Data(contentsOf: GivenFiles.vectors!.appendingPathComponent("index.json")))

    @Test func theIndexIsOfTheFormatThatThisReads() throws {
        let index = try #require(Self.index)
        #expect(index.format == 1 && index.images.count >= 20 && !index.refused.isEmpty)
        #expect(Set(index.images.map(\.orientation)) == Set(1...8))
    }

    @Test(arguments: GivenFiles.vectors == nil ? [] : index?.images.map(\.name) ?? [])
    func theCropIsPythonsTo1Of255(name: String) throws {
        let image = try #require(Self.index?.images.first { $0.name == name })
        let upright = try read(image.pixels.file, image.pixels.shape)
            .upright(from: #require(Orientation(rawValue: image.orientation)))
        for expected in image.expected {
            let crop = try centerCrop(upright, with: contract(resize: expected.resize, crop: expected.crop))
            let wanted = try read(expected.file, expected.shape)
            #expect((crop.height, crop.width) == (wanted.height, wanted.width))
            let largest = zip(crop.pixels, wanted.pixels).map { abs(Int($0) - Int($1)) }.max()
            #expect(largest ?? 255 <= 1, "\(name) at \(expected.crop)")
        }
    }

    @Test func whatPythonRefusesIsRefused() throws {
        for refused in try #require(Self.index).refused {
            let pixels = [UInt8](repeating: 0, count: refused.height * refused.width * 3)
            let image = RGBImage(width: refused.width, height: refused.height, pixels: pixels)
            #expect(throws: Failure.self) {
                try centerCrop(image, with: contract(resize: refused.resize, crop: refused.crop))
            }
        }
    }

    private func read(_ file: String, _ shape: [Int]) throws -> RGBImage {
        let bytes = try Data(contentsOf: GivenFiles.vectors!.appendingPathComponent(file))
        return RGBImage(width: shape[1], height: shape[0], pixels: [UInt8](bytes))
    }

    private func contract(resize: [Int], crop: [Int]) -> Preprocessing {
        Preprocessing(
            resize: resize, crop: crop, interpolation: .bicubic, antialias: true, colorOrder: .rgb, mean: [0, 0, 0],
            std: [1, 1, 1])
    }
}
