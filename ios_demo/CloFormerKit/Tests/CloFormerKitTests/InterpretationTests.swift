import Foundation
import Testing

@testable import CloFormerKit

struct InterpretationTests {
    let bundle: ModelBundle
    let artifact: ArtifactFacts

    init() throws {
        bundle = try SmallBundle().open()
        artifact = bundle.manifest.artifacts[0]
    }

    @Test func theLikeliestClassComesFirst() throws {
        let logits = Tensor(shape: [1, 3], values: [0, 5, 1])
        guard case .classes(let classes) = try bundle.interpret(["logits": logits], of: artifact) else { return }
        #expect(classes.map(\.label) == ["dog", "large, gray mouse", "cat"])
        #expect(classes[0].probability > 0.97)
    }

    @Test func onlyTheFirstImageOfABatchIsShown() throws {
        let logits = Tensor(shape: [2, 3], values: [9, 0, 0, 0, 9, 0])
        let found = try artifact.output(artifact.outputs[0], in: ["logits": logits])
        #expect(found == Tensor(shape: [1, 3], values: [9, 0, 0]))
    }

    @Test func outputsThatAreNotTheModelsAreRefused() throws {
        for outputs in [
            [:], ["boxes": Tensor(shape: [1, 3], values: [0, 0, 0])],
            ["logits": Tensor(shape: [1, 2], values: [0, 0])], ["logits": Tensor(shape: [0, 3], values: [])],
            ["logits": Tensor(shape: [3], values: [0, 0, 0])],
            ["logits": Tensor(shape: [1, 3], values: [.nan, 0, 0])],
        ] {
            #expect(throws: Failure.self) { try bundle.interpret(outputs, of: artifact) }
        }
    }

    @Test func anArtifactGetsWhatItTakes() throws {
        var small = try SmallBundle()
        let image = Tensor(shape: [1, 3, 32, 32], values: [Float](repeating: 0.5, count: 3072))
        for (shape, range, normalized, expected) in [
            (1, [0, 255], true, Float(127.5)), (2, [0, 1], true, 0.5),
        ] {
            try small.set("artifacts.0.input.shape", [shape, 3, 32, 32])
            try small.set("artifacts.0.outputs.0.shape", [shape, 3])
            try small.set("artifacts.0.input.value_range", range)
            try small.set("artifacts.0.input.normalization_in_graph", normalized)
            let bundle = try small.open()
            let request = try EngineRequest(
                bundle: bundle, artifact: bundle.manifest.artifacts[0], backend: "", threads: nil)
            let input = request.input(for: image)
            #expect(input.shape[0] == shape && input.values[0] == expected)
        }
        try small.set("artifacts.0.input.value_range", NSNull())
        try small.set("artifacts.0.input.normalization_in_graph", false)
        let bundle = try small.open()
        let request = try EngineRequest(
            bundle: bundle, artifact: bundle.manifest.artifacts[0], backend: "", threads: nil)
        let input = request.input(for: image).values
        #expect(input[0] == 0 && input[1024] == 1 && input[2048] == 0.1875)
    }
}
