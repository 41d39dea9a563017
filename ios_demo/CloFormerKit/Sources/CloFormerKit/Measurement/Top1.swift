/// The agreement of the artifact's first class with the reference's, at each place where an output has classes.
struct Top1 {
    /// The number of places where the reference's first class leads its second by more than the margin.
    private(set) var decided = 0
    private var agreeing = 0

    /// The number of decided places with the same first class.
    var agreement: Double {
        decided == 0 ? 1 : Double(agreeing) / Double(decided)
    }

    /// Compare the first classes.
    ///
    /// - Parameter axis: the dimension of the classes; without one nothing is decided.
    init(_ reference: Tensor, _ outputs: Tensor, axis: Int?, margin: Float) {
        guard let axis else { return }
        let classes = reference.shape[axis]
        let step = reference.shape[(axis + 1)...].reduce(1, *)
        for place in 0..<reference.values.count / max(classes, 1) {
            let start = place / step * classes * step + place % step
            let places = stride(from: start, to: start + classes * step, by: step)
            let wanted = leader(of: reference.values, at: places)
            guard wanted.lead > margin else { continue }
            decided += 1
            if leader(of: outputs.values, at: places).place == wanted.place { agreeing += 1 }
        }
    }
}

/// Return the index of the largest value, or the first of several, and its lead over the second.
private func leader(of values: [Float], at places: StrideTo<Int>) -> (place: Int?, lead: Float) {
    var (first, second) = (-Float.infinity, -Float.infinity)
    var leading: Int?
    for place in places {
        if values[place] > first {
            (leading, first, second) = (place, values[place], first)
        } else if values[place] > second {
            second = values[place]
        }
    }
    return (leading, first - second)
}
