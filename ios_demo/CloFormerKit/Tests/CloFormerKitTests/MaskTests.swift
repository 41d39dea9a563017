import Testing

@testable import CloFormerKit

struct MaskTests {
    /// Two rows of three pixels; the last pixel is as likely the one as the other.
    let mask = Mask(classMap: Tensor(shape: [1, 2, 2, 3], values: [9, 0, 0, 0, 0, 5, -9, 1, 1, 1, 2, 5]))

    @Test func theLargestLogitOfEachPixelCounts() {
        #expect((mask.width, mask.height) == (3, 2))
        #expect(mask.targets == [0, 1, 1, 1, 1, 0])
    }

    @Test func aMapOfOneClassHasNoOther() {
        #expect(Mask(classMap: Tensor(shape: [1, 1, 1, 2], values: [-3, 3])).targets == [0, 0])
    }

    @Test func theClassThatTakesMostComesFirst() {
        let shares: [Float] = [4 / 6, 2 / 6]
        #expect(mask.shares.map(\.target) == [1, 0] && mask.shares.map(\.share) == shares)
        let even = Mask(classMap: Tensor(shape: [1, 2, 1, 2], values: [0, 1, 1, 0]))
        #expect(even.shares.map(\.target) == [0, 1])
    }

    @Test func eachPixelHasItsClassesColor() {
        let image = mask.colored
        #expect((image.width, image.height) == (3, 2))
        #expect(Array(image.pixels.prefix(6)) == ClassColor(target: 0).bytes + ClassColor(target: 1).bytes)
    }
}

struct ClassColorTests {
    /// Python's `colorsys.hsv_to_rgb` of the same hues.
    @Test(arguments: [
        (0, [0.95, 0.3325, 0.3325]), (1, [0.3325, 0.5127, 0.95]), (2, [0.6929, 0.95, 0.3325]),
        (149, [0.95, 0.6551, 0.3325]),
    ])
    func aColorFollowsFromTheIndex(target: Int, wanted: [Double]) {
        let color = ClassColor(target: target)
        for (channel, value) in zip([color.red, color.green, color.blue], wanted) {
            #expect(abs(channel - value) < 1e-3, "\(color)")
        }
    }

    @Test func textOnItIsBlackOrWhiteWhicheverIsReadable() {
        #expect(ClassColor(target: 2).isLight)  // yellow green
        #expect(!ClassColor(target: 6).isLight)  // violet
    }
}
