/// The answer of a model for an image. Each task has a case, and each screen draws all of them.
public enum Interpretation: Equatable, Sendable {
    /// The likeliest classes, likeliest first.
    case classes([ClassScore])

    /// The class of each pixel.
    case mask(Mask)

    /// The objects, by descending score.
    case boxes([Box])

    /// Feature maps for another network, which cannot be shown.
    case featureMaps
}

extension ModelBundle {
    /// Interpret a model's outputs, by name, according to the manifest's task.
    ///
    /// - Throws: `Failure` if an output is missing, of another shape, or not finite.
    public func interpret(_ outputs: [String: Tensor], of artifact: ArtifactFacts) throws -> Interpretation {
        switch manifest.model.task {
        case .classification:
            let scores = softmax(try artifact.output(.logits, in: outputs).values)
            let best = topIndices(scores, count: Self.shownClasses)
            return .classes(best.map { ClassScore(label: labels[$0], probability: scores[$0]) })
        case .segmentation:
            return .mask(Mask(classMap: try artifact.output(.classMap, in: outputs)))
        case .detection:
            guard let coding = manifest.boxes else { throw Failure("the manifest does not say how boxes are decoded") }
            let reader = BoxReader(
                coding, height: manifest.preprocessing.crop[0], width: manifest.preprocessing.crop[1])
            return .boxes(
                reader.boxes(
                    classLogits: try artifact.output(.classLogits, in: outputs),
                    boxDeltas: try artifact.output(.boxDeltas, in: outputs)))
        case .features:
            _ = try artifact.output(.featureMap, in: outputs)
            return .featureMaps
        }
    }

    private static let shownClasses = 3
}

extension ArtifactFacts {
    /// Return the first image's part of the first output of a kind.
    ///
    /// - Throws: `Failure` if the output is missing, of another shape, or not finite.
    fileprivate func output(_ kind: OutputFacts.Kind, in given: [String: Tensor]) throws -> Tensor {
        guard let facts = outputs.first(where: { $0.kind == kind }) else {
            throw Failure("\(file) has no \(kind.rawValue)")
        }
        let found = try output(facts, in: given)
        guard found.values.allSatisfy(\.isFinite) else { throw Failure("\(file) returns values that are not finite") }
        return found
    }

    /// Return the first image's part of an output, (1, ...).
    ///
    /// - Throws: `Failure` if the output is missing or of another shape.
    func output(_ facts: OutputFacts, in given: [String: Tensor]) throws -> Tensor {
        guard let found = given[facts.name] else {
            throw Failure("\(file) returned no \(facts.name), only \(given.keys.sorted())")
        }
        guard found.shape.count == facts.shape.count, found.shape[0] > 0,
            found.shape.dropFirst().map(Optional.init) == Array(facts.shape.dropFirst())
        else { throw Failure("\(file) returned \(facts.name) with the shape \(found.shape)") }
        return found.row(0)
    }
}
