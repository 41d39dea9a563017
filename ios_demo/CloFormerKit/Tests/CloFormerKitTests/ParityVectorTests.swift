import Foundation
import Testing

@testable import CloFormerKit

/// The Swift comparison against Python's, in every precision that the toolkit exports.
@Suite(.enabled(if: GivenFiles.parityVectors != nil, "CLOFORMER_PARITY_VECTORS names no file"))
struct ParityVectorTests {
    struct Vector: Decodable {
        let precision: String
        let shape: [Int]
        let reference: [Float]
        let outputs: [Float]
        let expected: Expected
    }

    struct Expected: Decodable {
        let decided: Int
        let maxAbs: Double
        let cosine: Double
        let psnrDb: Double?
        let top1Agreement: Double
        let sensitivity: Double
        let passed: Bool
    }

    @Test func theVerdictIsPythons() throws {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let vectors = try decoder.decode([Vector].self, from: Data(contentsOf: #require(GivenFiles.parityVectors)))
        #expect(Set(vectors.map(\.expected.passed)) == [true, false])
        for vector in vectors {
            let parity = try Parity(
                reference: Tensor(shape: vector.shape, values: vector.reference),
                outputs: Tensor(shape: vector.shape, values: vector.outputs), precision: vector.precision)
            let expected = vector.expected
            #expect(parity.passed == expected.passed, "\(vector.precision): \(parity)")
            #expect(parity.decided == expected.decided && parity.top1Agreement == expected.top1Agreement)
            for (found, wanted) in [
                (parity.maxAbs, expected.maxAbs), (parity.cosine, expected.cosine),
                (parity.sensitivity, expected.sensitivity), (parity.psnrDb, expected.psnrDb ?? .infinity),
            ] {
                #expect(found == wanted || abs(found - wanted) < 1e-6 * max(1, abs(wanted)), "\(vector.precision)")
            }
        }
    }
}
