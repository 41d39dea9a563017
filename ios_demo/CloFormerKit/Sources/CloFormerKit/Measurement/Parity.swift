import Foundation

/// The difference between an artifact's output and the reference's, in numbers and as a verdict.
public struct Parity: Equatable, Sendable {
    public let images: Int

    /// The number of places with classes (images, pixels, anchors) whose first class leads the second by more than the
    /// bounds' largest difference.
    public let decided: Int

    /// The largest absolute difference; infinite if an output is not finite.
    public let maxAbs: Double

    /// The smallest cosine over the images.
    public let cosine: Double

    /// The PSNR in dB, relative to the largest reference value; infinite if both are identical.
    public let psnrDb: Double

    /// The share of the decided places with the same first class.
    public let top1Agreement: Double
    public let sensitivity: Double

    /// Whether it is within the bounds; nil if the precision has no bounds.
    public let passed: Bool?

    /// Compare an output, (N, ...). A value that is not finite fails, whatever the metrics say.
    ///
    /// - Throws: `Failure` if the shapes differ.
    public init(reference: Tensor, outputs: Tensor, precision: String, kind: OutputFacts.Kind = .logits) throws {
        guard reference.shape == outputs.shape, reference.shape.count > kind.classAxis ?? 0 else {
            throw Failure("the artifact returned \(kind.rawValue) of shape \(outputs.shape), not \(reference.shape)")
        }
        let bounds = ParityBounds(precision: precision, reference: reference)
        let top1 = Top1(reference, outputs, axis: kind.classAxis, margin: Float(bounds?.maxAbs ?? 0))
        let rows = Array(zip(reference.rows, outputs.rows))
        let isFinite = outputs.values.allSatisfy(\.isFinite)
        images = rows.count
        decided = top1.decided
        maxAbs = isFinite ? rows.map { largestDifference($0.0, $0.1) }.max() ?? 0 : .infinity
        cosine = rows.map { cosineOfAngle($0.0, $0.1) }.min() ?? 0
        psnrDb = peakSignalToNoise(reference.values, outputs.values)
        top1Agreement = top1.agreement
        sensitivity = rows.map { row in rows.map { largestDifference(row.1, $0.1) }.max() ?? 0 }.min() ?? 0
        guard isFinite else {
            passed = false
            return
        }
        passed = bounds.map { [images, maxAbs, cosine, psnrDb, top1Agreement, sensitivity] bounds in
            top1Agreement >= bounds.top1Agreement
                && (images < 2 || sensitivity >= bounds.sensitivity)
                && (!bounds.isMaxAbsABound || maxAbs <= bounds.maxAbs)
                && cosine >= bounds.cosine ?? -1
                && psnrDb >= bounds.psnrDb ?? -.infinity
        }
    }
}

// A detector returns millions of values: these are loops, because chains of maps would make several copies.

private func largestDifference(_ left: ArraySlice<Float>, _ right: ArraySlice<Float>) -> Double {
    var largest = 0.0
    for (a, b) in zip(left, right) { largest = max(largest, abs(Double(a) - Double(b))) }
    return largest
}

private func cosineOfAngle(_ left: ArraySlice<Float>, _ right: ArraySlice<Float>) -> Double {
    var (dot, squares) = (0.0, (0.0, 0.0))
    for (a, b) in zip(left, right) {
        dot += Double(a) * Double(b)
        squares.0 += Double(a) * Double(a)
        squares.1 += Double(b) * Double(b)
    }
    return dot / max(squares.0.squareRoot() * squares.1.squareRoot(), 1e-30)
}

private func peakSignalToNoise(_ reference: [Float], _ outputs: [Float]) -> Double {
    var (squares, peak) = (0.0, 0.0)
    for (a, b) in zip(reference, outputs) {
        squares += (Double(a) - Double(b)) * (Double(a) - Double(b))
        peak = max(peak, Double(abs(a)))
    }
    guard squares != 0 else { return .infinity }
    return 20 * log10(max(peak, 1e-30) / (squares / Double(reference.count)).squareRoot())
}
