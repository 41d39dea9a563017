import Foundation

/// A class and its probability.
public struct ClassScore: Equatable, Sendable {
    public let label: String
    public let probability: Float

    public init(label: String, probability: Float) {
        self.label = label
        self.probability = probability
    }
}

/// Return probabilities that add up to 1.
public func softmax(_ logits: [Float]) -> [Float] {
    let largest = logits.max() ?? 0
    let powers = logits.map { exp($0 - largest) }
    let total = powers.reduce(0, +)
    return powers.map { $0 / total }
}

/// Return the `count` largest values' indices, largest first; of equal values the earlier one comes first.
public func topIndices(_ values: [Float], count: Int) -> [Int] {
    Array(values.indices.sorted { (values[$0], $1) > (values[$1], $0) }.prefix(count))
}
