/// The bounds for the difference between an artifact's output and the reference's, as in docs/parity.md.
public struct ParityBounds: Equatable, Sendable {
    /// The largest allowed difference, for fp32; for fp16 and quantized artifacts, the average allowed error. If the
    /// first class leads by no more than this, top-1 is not decided.
    public let maxAbs: Double
    public let isMaxAbsABound: Bool
    public let cosine: Double?
    public let psnrDb: Double?
    public let top1Agreement: Double

    /// The least distance of each image's output from the farthest other image's; it is 0 for a graph that ignores its
    /// input.
    public let sensitivity: Double

    /// Return the bounds of a precision for these reference values; nil if it has none.
    public init?(precision: String, reference: Tensor) {
        let peak = Double(reference.values.reduce(0) { max($0, abs($1)) })
        switch precision {
        case "fp32":
            (maxAbs, isMaxAbsABound) = (1e-4 * max(1, peak), true)
            (cosine, psnrDb, top1Agreement, sensitivity) = (0.99999, nil, 1, 10 * maxAbs)
        case "fp16":
            (maxAbs, isMaxAbsABound) = (peak * 0.01, false)
            (cosine, psnrDb, top1Agreement, sensitivity) = (nil, 40, 0.99, 10 * maxAbs)
        default:
            guard let wanted = Self.quantizedCosine[precision] else { return nil }
            maxAbs = Self.error(at: wanted, of: reference)
            (isMaxAbsABound, cosine, psnrDb, top1Agreement) = (false, wanted, nil, 0.99)
            // Ten times the error allowed for 4 bits is more than images differ; a dead graph fails this bound too.
            sensitivity = 10 * Self.error(at: Self.quantizedCosine.values.max() ?? wanted, of: reference)
        }
    }

    /// Return the error, as a root mean square, of outputs at this cosine with the reference.
    private static func error(at cosine: Double, of reference: Tensor) -> Double {
        let squares = reference.values.reduce(0.0) { $0 + Double($1) * Double($1) }
        return (squares / Double(reference.values.count) * 2 * (1 - cosine)).squareRoot()
    }

    private static let quantizedCosine = ["a16w8": 0.9995, "int8": 0.97, "w8": 0.995, "w6": 0.97, "w4": 0.7]
}
