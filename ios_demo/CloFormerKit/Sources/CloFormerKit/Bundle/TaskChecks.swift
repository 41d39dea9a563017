extension ModelFacts.Task {
    /// The number of classes that a model may have.
    var classCounts: ClosedRange<Int> {
        self == .features ? 0...0 : 1...1_000_000
    }

    /// The kinds of output that a network has, in any order; a backbone has any number of maps.
    fileprivate func kinds(of outputs: Int) -> [OutputFacts.Kind] {
        switch self {
        case .classification: [.logits]
        case .features: Array(repeating: .featureMap, count: max(outputs, 1))
        case .segmentation: [.classMap]
        case .detection: [.classLogits, .boxDeltas]
        }
    }
}

extension ArtifactFacts {
    /// Check that the outputs are those of the task, and that each has the shape of its kind.
    func checkOutputs(with manifest: Manifest) throws {
        let task = manifest.model.task
        let found = outputs.map(\.kind.rawValue).sorted()
        let wanted = task.kinds(of: outputs.count).map(\.rawValue)
        let possible = task == .detection ? [wanted, wanted + [OutputFacts.Kind.boxes.rawValue]] : [wanted]
        try require(
            possible.contains { $0.sorted() == found },
            "\(file) has the outputs \(found), but \(task.rawValue) needs \(wanted.sorted())")
        try require(Set(outputs.map(\.name)).count == outputs.count, "\(file) has two outputs of the same name")
        for output in outputs {
            try require(output.dtype == .float32, "\(file) returns \(output.name) as \(output.dtype.rawValue)")
            try checkShape(of: output, with: manifest)
        }
    }

    private func checkShape(of output: OutputFacts, with manifest: Manifest) throws {
        let first = output.kind == .boxes ? nil : input.shape[0]
        let wanted = output.kind.dimensions(in: manifest)
        let fits =
            output.shape.count == wanted.count + 1 && output.shape[0] == first
            && zip(output.shape.dropFirst(), wanted).allSatisfy { $0.map($1.sizes.contains) ?? false }
        let needed = ([shapeText([first])] + wanted.map(\.text)).joined(separator: "x")
        try require(
            fits, "\(file) returns \(output.name) as \(shapeText(output.shape)), but the manifest needs \(needed)")
    }
}

/// The sizes that one dimension of an output may have.
private struct Dimension {
    let text: String
    let sizes: ClosedRange<Int>

    init(_ name: String, _ sizes: ClosedRange<Int>) {
        self.text = name
        self.sizes = sizes
    }

    init(_ size: Int) {
        self.init(String(size), size...size)
    }
}

extension OutputFacts.Kind {
    /// Return the dimensions after the first, according to a manifest.
    fileprivate func dimensions(in manifest: Manifest) -> [Dimension] {
        let classes = Dimension(manifest.model.numClasses)
        let anchors = Dimension(manifest.anchorCount)
        let sides = [Dimension("H", possibleSides), Dimension("W", possibleSides)]
        return switch self {
        case .logits: [classes]
        case .featureMap: [Dimension("C", 1...65536)] + sides
        case .classMap: [classes] + sides
        case .classLogits: [anchors, classes]
        case .boxDeltas: [anchors, Dimension(4)]
        case .boxes: [Dimension(6)]
        }
    }
}

extension Manifest {
    /// The number of anchors of an image; 0 if the model is not a detector.
    fileprivate var anchorCount: Int {
        boxes?.anchorCount(height: preprocessing.crop[0], width: preprocessing.crop[1]) ?? 0
    }

    /// Check that only detectors have a box coding, and that it is valid.
    func checkBoxes() throws {
        guard let boxes else {
            return try require(model.task != .detection, "boxes is missing, but detection needs it")
        }
        try require(model.task == .detection, "boxes is only for detection, but this is \(model.task.rawValue)")
        try boxes.check()
    }
}
