/// A tensor of float32 values, row by row.
public struct Tensor: Equatable, Sendable {
    public let shape: [Int]
    public let values: [Float]

    /// Make a tensor of values.
    ///
    /// - Precondition: the number of values fits the shape.
    public init(shape: [Int], values: [Float]) {
        precondition(shape.reduce(1, *) == values.count, "\(values.count) values do not fill the shape \(shape)")
        self.shape = shape
        self.values = values
    }

    /// Return one entry of the first dimension, whose length becomes 1: an image of a batch, or its output.
    public func row(_ index: Int) -> Tensor {
        let size = shape.dropFirst().reduce(1, *)
        return Tensor(shape: [1] + shape.dropFirst(), values: Array(values[index * size..<(index + 1) * size]))
    }

    /// The entries of the first dimension, one after the other.
    var rows: [ArraySlice<Float>] {
        let size = shape.dropFirst().reduce(1, *)
        return (0..<shape[0]).map { values[$0 * size..<($0 + 1) * size] }
    }

    /// Return the rows repeated until the first dimension has the given length.
    public func repeated(_ count: Int) -> Tensor {
        Tensor(
            shape: [shape[0] * count] + shape.dropFirst(),
            values: Array(repeatElement(values, count: count).joined()))
    }
}
