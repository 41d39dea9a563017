import Testing

@testable import CloFormerKit

struct ParityTests {
    let reference = Tensor(shape: [3, 3], values: [10, 0, -5, 0, 8, 1, -20, 2, 4])

    private func changed(_ changes: [Int: Float]) -> Tensor {
        var values = reference.values
        for (index, change) in changes { values[index] += change }
        return Tensor(shape: reference.shape, values: values)
    }

    @Test func theSameIsEqual() throws {
        let parity = try Parity(reference: reference, outputs: reference, precision: "fp32")
        #expect(parity.passed == true && parity.maxAbs == 0 && parity.psnrDb == .infinity)
        #expect(parity.images == 3 && parity.decided == 3 && parity.top1Agreement == 1)
        #expect(abs(parity.cosine - 1) < 1e-12)
    }

    /// fp32 allows 1e-4 of the largest logit, 20.
    @Test func fp32HasABoundOnTheLargestDifference() throws {
        #expect(try Parity(reference: reference, outputs: changed([4: 0.0019]), precision: "fp32").passed == true)
        let over = try Parity(reference: reference, outputs: changed([4: 0.0021]), precision: "fp32")
        #expect(over.passed == false && abs(over.maxAbs - 0.0021) < 1e-6)
    }

    /// fp16 allows 40 dB: a root mean square of 1 % of the largest logit, 0.2; one value of nine may be off by 0.6.
    @Test func fp16HasABoundOnTheNoise() throws {
        #expect(try Parity(reference: reference, outputs: changed([1: 0.59]), precision: "fp16").passed == true)
        let over = try Parity(reference: reference, outputs: changed([1: 0.61]), precision: "fp16")
        #expect(over.passed == false && over.psnrDb < 40 && over.psnrDb > 39.5)
    }

    @Test func a16w8HasABoundOnTheCosine() throws {
        #expect(try Parity(reference: reference, outputs: changed([1: 0.3]), precision: "a16w8").passed == true)
        #expect(try Parity(reference: reference, outputs: changed([1: 0.4]), precision: "a16w8").passed == false)
    }

    @Test func anotherFirstClassFailsWhereTheReferenceIsDecided() throws {
        let undecided = Tensor(shape: [2, 2], values: [1, 1.00001, 50, -50])
        let swapped = Tensor(shape: [2, 2], values: [1.00001, 1, 50, -50])
        let parity = try Parity(reference: undecided, outputs: swapped, precision: "fp32")
        #expect(parity.passed == true && parity.decided == 1)
        let wrong = Tensor(shape: [2, 2], values: [1, 1.00001, -50, 50])
        #expect(try Parity(reference: undecided, outputs: wrong, precision: "fp16").top1Agreement == 0)
    }

    /// Two classes at two pixels: the second pixel's first class changes.
    @Test func eachPixelAndEachAnchorHasAFirstClass() throws {
        let map = Tensor(shape: [1, 2, 1, 2], values: [9, 9, 1, 8])
        let changedMap = Tensor(shape: [1, 2, 1, 2], values: [9, 9, 1, 10])
        let pixels = try Parity(reference: map, outputs: changedMap, precision: "w4", kind: .classMap)
        #expect(pixels.decided == 1 && pixels.top1Agreement == 1)  // a lead of 1 is less than what w4 may err
        let sure = try Parity(reference: map, outputs: changedMap, precision: "fp16", kind: .classMap)
        #expect(sure.decided == 2 && sure.top1Agreement == 0.5 && sure.passed == false)
        let anchors = Tensor(shape: [1, 2, 2], values: map.values)
        #expect(
            try Parity(reference: anchors, outputs: anchors, precision: "fp32", kind: .classLogits).decided == 1)
    }

    @Test(arguments: [OutputFacts.Kind.featureMap, .boxDeltas]) func whatHasNoClassesHasNoTop1(
        kind: OutputFacts.Kind
    ) throws {
        let parity = try Parity(reference: reference, outputs: changed([0: -11]), precision: "fp16", kind: kind)
        #expect(parity.decided == 0 && parity.top1Agreement == 1 && parity.passed == false)
    }

    @Test func oneImageSaysNothingOfSensitivity() throws {
        let single = reference.row(0)
        #expect(try Parity(reference: single, outputs: single, precision: "fp32").passed == true)
    }

    @Test func aDeadGraphFails() throws {
        let constant = Tensor(shape: [2, 2], values: [5, 0, 5, 0])
        let parity = try Parity(reference: constant, outputs: constant, precision: "fp32")
        #expect(parity.passed == false && parity.sensitivity == 0)
    }

    @Test(arguments: [Float.nan, .infinity]) func whatIsNotFiniteFails(value: Float) throws {
        #expect(try Parity(reference: reference, outputs: changed([0: value]), precision: "fp16").passed == false)
        #expect(try Parity(reference: reference, outputs: changed([0: value]), precision: "int2").passed == false)
    }

    @Test func anUnknownPrecisionHasNoBounds() throws {
        #expect(try Parity(reference: reference, outputs: reference, precision: "int2").passed == nil)
    }

    @Test func otherShapesAreRefused() {
        let outputs = Tensor(shape: [1, 9], values: reference.values)
        #expect(throws: Failure.self) { try Parity(reference: reference, outputs: outputs, precision: "fp32") }
    }
}
