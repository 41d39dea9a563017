/// What a model says of an image. Each task has a case, and each screen draws all of them.
public enum Interpretation: Equatable, Sendable {
    /// The likeliest classes, likeliest first.
    case classes([ClassScore])
}

extension ModelBundle {
    /// Read a model's outputs, by name, as the manifest's task says.
    ///
    /// - Throws: `Failure` where an output is missing or not finite.
    public func interpret(_ outputs: [String: Tensor], of artifact: ArtifactFacts) throws -> Interpretation {
        switch manifest.model.task {
        case .classification:
            let scores = softmax(try logits(outputs, of: artifact))
            guard scores.allSatisfy(\.isFinite) else {
                throw Failure("\(artifact.file) gives values that are not finite")
            }
            let best = topIndices(scores, count: Self.shownClasses)
            return .classes(best.map { ClassScore(label: labels[$0], probability: scores[$0]) })
        }
    }

    /// Return the first row of the logits.
    ///
    /// - Throws: `Failure` where the artifact gave none, or another number than there are classes.
    func logits(_ outputs: [String: Tensor], of artifact: ArtifactFacts) throws -> [Float] {
        guard let facts = artifact.outputs.first(where: { $0.kind == .logits }), let found = outputs[facts.name] else {
            throw Failure("\(artifact.file) gave no logits, only \(outputs.keys.sorted())")
        }
        guard found.shape.count == 2, found.shape[1] == manifest.model.numClasses else {
            throw Failure("\(artifact.file) gave logits of the shape \(found.shape)")
        }
        return found.row(0).values
    }

    private static let shownClasses = 3
}
