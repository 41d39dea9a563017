/// Whether the artifact's first class is the reference's, at each place where an output has classes.
struct Top1 {
    /// Places where the reference's first class leads its second by more than the margin.
    private(set) var decided = 0
    private var agreeing = 0

    /// Of the decided places.
    var agreement: Double {
        decided == 0 ? 1 : Double(agreeing) / Double(decided)
    }

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

/// Return where the largest of some values is, the first of equal ones, and by how much it leads the second.
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
