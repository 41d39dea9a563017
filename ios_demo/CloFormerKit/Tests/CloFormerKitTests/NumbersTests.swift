import Foundation
import Testing

@testable import CloFormerKit

struct NumbersTests {
    @Test func softmaxAddsUpAndSurvivesLargeLogits() {
        let probabilities = softmax([1000, 1000 + log(3), -1000])
        #expect(abs(probabilities[0] - 0.25) < 1e-4 && abs(probabilities[1] - 0.75) < 1e-4 && probabilities[2] == 0)
        #expect(softmax([]).isEmpty)
    }

    @Test func theFirstOfEqualValuesComesFirst() {
        #expect(topIndices([1, 3, 3, 2], count: 3) == [1, 2, 3])
        #expect(topIndices([1], count: 3) == [0])
    }

    /// NumPy's `percentile` of the same numbers.
    @Test func quantilesAreInterpolated() {
        let values = [15.0, 20, 35, 40, 50]
        #expect(quantile(0.5, of: values) == 35)
        #expect(quantile(0.25, of: values) == 20)
        #expect(abs(quantile(0.9, of: values) - 46) < 1e-9)
        #expect(abs(quantile(0.4, of: values.reversed()) - 29) < 1e-9)
        #expect(quantile(0.9, of: [7]) == 7)
    }

    @Test func aSummaryIsOfAllRepeats() throws {
        let summary = try #require(Summary(repeats: [[100, 102, 104], [110, 112, 150]]))
        #expect(summary.samples == 6 && summary.minNs == 100)
        #expect(summary.medianNs == 107)
        #expect(summary.p90Ns == 131)
        #expect(summary.iqrNs == 9)
        #expect(summary.noise == 0.0935)  // the repeats' medians are 102 and 112: 10 of 107
        #expect(Summary(repeats: []) == nil && Summary(repeats: [[]]) == nil)
    }

    @Test func rowsAndCopiesOfATensor() {
        let tensor = Tensor(shape: [2, 2], values: [1, 2, 3, 4])
        #expect(tensor.row(1) == Tensor(shape: [1, 2], values: [3, 4]))
        #expect(tensor.row(0).repeated(3).values == [1, 2, 1, 2, 1, 2])
    }
}
