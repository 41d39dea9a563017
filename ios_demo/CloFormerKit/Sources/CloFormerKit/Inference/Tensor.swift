/// Float32 values, row by row.
public struct Tensor: Equatable, Sendable {
    public let shape: [Int]
    public let values: [Float]

    /// - Precondition: there are as many values as the shape holds.
    public init(shape: [Int], values: [Float]) {
        precondition(shape.reduce(1, *) == values.count, "\(values.count) values do not fill the shape \(shape)")
        self.shape = shape
        self.values = values
    }

    /// Return one entry of the first dimension, which becomes 1: an image of a batch, or what came of it.
    public func row(_ index: Int) -> Tensor {
        let size = shape.dropFirst().reduce(1, *)
        return Tensor(shape: [1] + shape.dropFirst(), values: Array(values[index * size..<(index + 1) * size]))
    }

    /// The entries of the first dimension, one after the other.
    var rows: [ArraySlice<Float>] {
        let size = shape.dropFirst().reduce(1, *)
        return (0..<shape[0]).map { values[$0 * size..<($0 + 1) * size] }
    }

    /// Return as many copies of the rows as the first dimension is to be long.
    public func repeated(_ count: Int) -> Tensor {
        Tensor(
            shape: [shape[0] * count] + shape.dropFirst(),
            values: Array(repeatElement(values, count: count).joined()))
    }
}
