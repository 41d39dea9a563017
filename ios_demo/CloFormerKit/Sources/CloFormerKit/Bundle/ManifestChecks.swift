extension Manifest {
    /// Check what the types cannot express.
    ///
    /// - Throws: `Failure` with the field and what is wrong with it.
    func check() throws {
        try require(model.task.classCounts.contains(model.numClasses), "model.num_classes is \(model.numClasses)")
        try require(labelsFile == "labels.txt", "labels_file is \(labelsFile)")
        try preprocessing.check()
        try checkBoxes()
        try require(!artifacts.isEmpty, "it lists no artifacts")
        try require(Set(artifacts.map(\.file)).count == artifacts.count, "two artifacts have the same file")
        for artifact in artifacts { try artifact.check(with: self) }
        try golden.check(with: self)
    }
}

extension Preprocessing {
    fileprivate func check() throws {
        for (name, size) in [("resize", resize), ("crop", crop)] {
            try require(size.count == 2 && size.allSatisfy(possibleSides.contains), "preprocessing.\(name) is \(size)")
        }
        let fits = crop[0] <= resize[0] && crop[1] <= resize[1]
        try require(fits, "preprocessing.crop \(crop) is larger than preprocessing.resize \(resize)")
        try require(antialias, "preprocessing.antialias is false, which this app does not support")
        try require(mean.count == 3, "preprocessing.mean has \(mean.count) values")
        try require(std.count == 3 && std.allSatisfy { $0 > 0 }, "preprocessing.std is \(std)")
    }
}

extension ArtifactFacts {
    fileprivate func check(with manifest: Manifest) throws {
        try requirePlainPath(file)
        try requireSha256(sha256, of: file)
        let batch = input.shape.first ?? 0
        let image = input.shape.dropFirst()
        let wanted = [3] + manifest.preprocessing.crop
        try require(
            input.shape.count == 4 && Array(image) == wanted && (1...1024).contains(batch ?? 1),
            "\(file) expects \(shapeText(input.shape)), but the preprocessing produces \(shapeText([1] + wanted))")
        if let range = input.valueRange {
            try require(range == [0, 1] || range == [0, 255], "\(file) expects pixels in the range \(range)")
        } else {
            try require(!input.normalizationInGraph, "\(file) normalizes, but does not say from which range")
        }
        try checkOutputs(with: manifest)
    }
}

extension GoldenFacts {
    fileprivate func check(with manifest: Manifest) throws {
        try require(!images.isEmpty, "golden.images is empty")
        for image in images {
            try requirePlainPath(image.file)
            try requireSha256(image.sha256, of: image.file)
        }
        try inputs.check(holds: [images.count, 3] + manifest.preprocessing.crop)
        for artifact in manifest.artifacts {
            for output in artifact.networkOutputs {
                guard let tensor = outputs[output.name] else {
                    throw wrong("golden.outputs has no \(output.name), which \(artifact.file) returns")
                }
                try tensor.check(holds: [images.count] + output.shape.dropFirst().compactMap { $0 })
            }
        }
    }
}

extension GoldenFacts.TensorFile {
    fileprivate func check(holds wanted: [Int]) throws {
        try requirePlainPath(file)
        try requireSha256(sha256, of: file)
        try require(dtype == .float32, "\(file) contains \(dtype.rawValue)")
        try require(
            shape == wanted, "\(file) has the shape \(shapeText(shape)) where \(shapeText(wanted)) is needed")
        let bytes = shape.reduce(4.0) { $0 * Double($1) }
        try require(
            bytes <= Double(ModelBundle.largestTensor),
            "\(file) is larger than \(ModelBundle.largestTensor / 1_000_000) MB")
    }
}

/// The heights and widths that an image or a map may have.
let possibleSides = 1...8192

func require(_ condition: Bool, _ problem: @autoclosure () -> String) throws {
    guard condition else { throw wrong(problem()) }
}

func wrong(_ problem: String) -> Failure {
    Failure("the manifest is wrong: \(problem)", remedy: "export the bundle again")
}

func shapeText(_ shape: [Int?]) -> String {
    shape.map { $0.map(String.init) ?? "N" }.joined(separator: "x")
}

/// Reject a file name that leads out of the bundle's folder: a pushed bundle may come from anywhere.
private func requirePlainPath(_ path: String) throws {
    let names = path.split(separator: "/", omittingEmptySubsequences: false)
    let plain = !names.contains { ["", ".", ".."].contains($0) } && !path.contains("\\") && !path.contains("\0")
    try require(plain, "the file name \"\(path.prefix(80))\" leads out of the bundle")
}

private func requireSha256(_ text: String, of file: String) throws {
    let digits = text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    try require(text.utf8.count == 64 && digits, "the sha256 of \(file) is not a SHA-256")
}
