/// The statistics of a case's samples, in whole nanoseconds.
public struct Summary: Codable, Equatable, Sendable {
    public let samples: Int
    public let minNs: Int
    public let medianNs: Int
    public let p90Ns: Int

    /// The distance between the quartiles.
    public let iqrNs: Int

    /// The larger of the interquartile range and the range of the repeats' medians, relative to the median.
    public let noise: Double

    /// Summarize the samples of one case's repeats; nil if there are none.
    public init?(repeats: [[Int]]) {
        let all = repeats.joined().map(Double.init)
        guard !all.isEmpty, repeats.allSatisfy({ !$0.isEmpty }) else { return nil }
        let medians = repeats.map { quantile(0.5, of: $0.map(Double.init)) }
        let median = quantile(0.5, of: all)
        let spread = quantile(0.75, of: all) - quantile(0.25, of: all)
        let drift = (medians.max() ?? 0) - (medians.min() ?? 0)
        samples = all.count
        minNs = Int((all.min() ?? 0).rounded(.toNearestOrEven))
        medianNs = Int(median.rounded(.toNearestOrEven))
        p90Ns = Int(quantile(0.9, of: all).rounded(.toNearestOrEven))
        iqrNs = Int(spread.rounded(.toNearestOrEven))
        noise = (max(spread, drift) / median * 10_000).rounded(.toNearestOrEven) / 10_000
    }
}

/// Interpolate linearly between the sorted values: the quantile q of n values lies at index q * (n - 1).
///
/// - Precondition: there are values.
public func quantile(_ fraction: Double, of values: [Double]) -> Double {
    let sorted = values.sorted()
    let position = fraction * Double(sorted.count - 1)
    let below = Int(position)
    let above = min(below + 1, sorted.count - 1)
    return sorted[below] + (sorted[above] - sorted[below]) * (position - Double(below))
}
