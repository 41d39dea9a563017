import Foundation
import Testing

@testable import CloFormerKit

/// What Swift reads from the outputs of detectors and segmenters against what Python reads.
@Suite(.enabled(if: GivenFiles.denseVectors != nil, "CLOFORMER_DENSE_VECTORS names no file"))
struct DenseVectorTests {
    struct Vectors: Decodable {
        let boxes: [BoxVector]
        let masks: [MaskVector]
        let parity: [ParityVector]
    }

    struct BoxVector: Decodable {
        let size: [Int]
        let coding: BoxCoding
        let classLogits: [[Float]]
        let boxDeltas: [[Float]]
        let expected: [Expected]

        struct Expected: Decodable {
            let corners: [Float]
            let score: Float
            let target: Int
        }
    }

    struct MaskVector: Decodable {
        let classMap: [[[Float]]]
        let expected: [[Int]]
    }

    struct ParityVector: Decodable {
        let kind: OutputFacts.Kind
        let precision: String
        let shape: [Int]
        let reference: [Float]
        let outputs: [Float]
        let decided: Int
        let maxAbs: Double
        let cosine: Double
        let psnrDb: Double?
        let top1Agreement: Double
        let sensitivity: Double
        let passed: Bool
    }

    let vectors: Vectors

    init() throws {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        vectors = try decoder.decode(Vectors.self, from: Data(contentsOf: #require(GivenFiles.denseVectors)))
    }

    @Test func theBoxesArePythons() {
        #expect(vectors.boxes.count >= 5)
        for vector in vectors.boxes {
            let (logits, deltas) = (vector.classLogits, vector.boxDeltas)
            let found = BoxReader(vector.coding, height: vector.size[0], width: vector.size[1]).boxes(
                classLogits: Tensor(shape: [1, logits.count, logits[0].count], values: Array(logits.joined())),
                boxDeltas: Tensor(shape: [1, deltas.count, 4], values: Array(deltas.joined())))
            #expect(found.map(\.target) == vector.expected.map(\.target))
            for (box, expected) in zip(found, vector.expected) {
                let corners = [box.corners.left, box.corners.top, box.corners.right, box.corners.bottom]
                let largest = zip(corners, expected.corners).map { abs($0 - $1) }.max() ?? .infinity
                #expect(largest < 1e-3 && abs(box.score - expected.score) < 1e-6, "\(box), not \(expected)")
            }
        }
    }

    @Test func theMasksArePythons() {
        #expect(vectors.masks.count >= 4)
        for vector in vectors.masks {
            let map = vector.classMap
            let shape = [1, map.count, map[0].count, map[0][0].count]
            let mask = Mask(classMap: Tensor(shape: shape, values: Array(map.joined().joined())))
            #expect(mask.targets == Array(vector.expected.joined()))
        }
    }

    @Test func theVerdictIsPythons() throws {
        #expect(Set(vectors.parity.map(\.kind)).count == 5)
        for alike in Dictionary(grouping: vectors.parity, by: { "\($0.kind) in \($0.precision)" }).values {
            #expect(Set(alike.map(\.passed)) == [true, false])
        }
        for vector in vectors.parity {
            let found = try Parity(
                reference: Tensor(shape: vector.shape, values: vector.reference),
                outputs: Tensor(shape: vector.shape, values: vector.outputs), precision: vector.precision,
                kind: vector.kind)
            #expect(found.passed == vector.passed, "\(vector.kind) in \(vector.precision): \(found)")
            #expect(found.decided == vector.decided && abs(found.top1Agreement - vector.top1Agreement) < 1e-9)
            for (number, wanted) in [
                (found.maxAbs, vector.maxAbs), (found.cosine, vector.cosine),
                (found.sensitivity, vector.sensitivity), (found.psnrDb, vector.psnrDb ?? .infinity),
            ] {
                #expect(number == wanted || abs(number - wanted) < 1e-6 * max(1, abs(wanted)), "\(vector.kind)")
            }
        }
    }
}
