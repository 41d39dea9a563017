import Foundation

/// How close an artifact's logits must be to the reference's: docs/parity.md.
public struct ParityBounds: Equatable, Sendable {
    /// Largest difference, for fp32. For fp16 and quantised artifacts the error that the bound allows on average. An image
    /// whose first class leads by no more than this says nothing about top-1.
    public let maxAbs: Double
    public let isMaxAbsABound: Bool
    public let cosine: Double?
    public let psnrDb: Double?
    public let top1Agreement: Double

    /// How far each image's logits must be from the farthest other image's: a graph that ignores its input has 0.
    public let sensitivity: Double

    /// Return the bounds of a precision on these reference logits; nil where it has none.
    public init?(precision: String, reference: Tensor) {
        let peak = reference.values.map { Double(abs($0)) }.max() ?? 0
        switch precision {
        case "fp32":
            (maxAbs, isMaxAbsABound) = (1e-4 * max(1, peak), true)
            (cosine, psnrDb, top1Agreement, sensitivity) = (0.99999, nil, 1, 10 * maxAbs)
        case "fp16":
            (maxAbs, isMaxAbsABound) = (peak * 0.01, false)
            (cosine, psnrDb, top1Agreement, sensitivity) = (nil, 40, 0.99, 10 * maxAbs)
        default:
            guard let wanted = Self.quantisedCosine[precision] else { return nil }
            maxAbs = Self.error(at: wanted, of: reference)
            (isMaxAbsABound, cosine, psnrDb, top1Agreement) = (false, wanted, nil, 0.99)
            // Ten times what 4 bits may err is more than images differ; a dead graph fails by this too.
            sensitivity = 10 * Self.error(at: Self.quantisedCosine.values.max() ?? wanted, of: reference)
        }
    }

    /// The error, as a root mean square, of outputs at this cosine with the reference.
    private static func error(at cosine: Double, of reference: Tensor) -> Double {
        let square = reference.values.map { Double($0) * Double($0) }.reduce(0, +)
        return (square / Double(reference.values.count) * 2 * (1 - cosine)).squareRoot()
    }

    private static let quantisedCosine = ["a16w8": 0.9995, "int8": 0.97, "w8": 0.995, "w6": 0.97, "w4": 0.7]
}

/// What an artifact computes against what the reference computes, in numbers and in a verdict.
public struct Parity: Equatable, Sendable {
    public let images: Int

    /// Images whose first class leads its second by more than the bounds' largest difference.
    public let decided: Int
    public let maxAbs: Double

    /// The smallest over the images.
    public let cosine: Double

    /// Against the largest reference value; infinite where both are identical.
    public let psnrDb: Double

    /// Of the decided images.
    public let top1Agreement: Double
    public let sensitivity: Double

    /// Nil where the precision has no bounds.
    public let passed: Bool?

    /// Compare logits, (N, classes). A value that is not finite fails, whatever the metrics say.
    ///
    /// - Throws: `Failure` where the shapes differ.
    public init(reference: Tensor, outputs: Tensor, precision: String) throws {
        guard reference.shape == outputs.shape, reference.shape.count == 2 else {
            throw Failure("the artifact gave logits of the shape \(outputs.shape), not \(reference.shape)")
        }
        let bounds = ParityBounds(precision: precision, reference: reference)
        let rows = (0..<reference.shape[0]).map { (reference.row($0).values, outputs.row($0).values) }
        let sure = rows.filter { margin(of: $0.0) > bounds?.maxAbs ?? 0 }
        let agreeing = sure.filter { topIndices($0.0, count: 1) == topIndices($0.1, count: 1) }
        images = rows.count
        decided = sure.count
        maxAbs = rows.map { largestDifference($0.0, $0.1) }.max() ?? 0
        cosine = rows.map { cosineOfAngle($0.0, $0.1) }.min() ?? 0
        psnrDb = peakSignalToNoise(reference.values, outputs.values)
        top1Agreement = sure.isEmpty ? 1 : Double(agreeing.count) / Double(sure.count)
        sensitivity = rows.map { row in rows.map { largestDifference(row.1, $0.1) }.max() ?? 0 }.min() ?? 0
        guard outputs.values.allSatisfy(\.isFinite) else {
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

private func largestDifference(_ left: [Float], _ right: [Float]) -> Double {
    zip(left, right).map { abs(Double($0) - Double($1)) }.max() ?? 0
}

private func cosineOfAngle(_ left: [Float], _ right: [Float]) -> Double {
    let dot = zip(left, right).map { Double($0) * Double($1) }.reduce(0, +)
    let norms = [left, right].map { $0.map { Double($0) * Double($0) }.reduce(0, +).squareRoot() }
    return dot / max(norms[0] * norms[1], 1e-30)
}

private func peakSignalToNoise(_ reference: [Float], _ outputs: [Float]) -> Double {
    let squares = zip(reference, outputs).map { pow(Double($0) - Double($1), 2) }.reduce(0, +)
    guard squares != 0 else { return .infinity }
    let peak = reference.map { Double(abs($0)) }.max() ?? 0
    return 20 * log10(max(peak, 1e-30) / (squares / Double(reference.count)).squareRoot())
}

/// Distance of the first class from the second.
private func margin(of logits: [Float]) -> Double {
    let top = topIndices(logits, count: 2)
    return top.count < 2 ? .infinity : Double(logits[top[0]] - logits[top[1]])
}
