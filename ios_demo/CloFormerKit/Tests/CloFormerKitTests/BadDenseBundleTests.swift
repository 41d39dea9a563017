import Foundation
import Testing

@testable import CloFormerKit

/// What can be wrong with bundles of features, masks and boxes alone; BadBundleTests has the rest.
struct BadDenseBundleTests {
    /// A task, a value of its manifest, what it is set to, and a part of the message.
    static let wrongValues: [(task: SmallTask, path: String, value: any Sendable, message: String)] = [
        (.classification, "boxes", levels([[4, 4]]), "boxes is only for detection, but this is classification"),
        (.classification, "model.task", "detection", "boxes is missing, but detection needs it"),
        (.classification, "model.task", "segmentation", #"has the outputs ["logits"], but segmentation needs"#),
        (.features, "model.num_classes", 3, "num_classes is 3"),
        (.features, "artifacts.0.outputs", [Int](), #"has the outputs [], but features needs ["feature_map"]"#),
        (.features, "artifacts.0.outputs.1.kind", "logits", #"["feature_map", "logits"], but features needs"#),
        (.features, "artifacts.0.outputs.1.name", "stage1", "has two outputs of the same name"),
        (.features, "artifacts.0.outputs.1.shape", [6, 4, 4], "stage2 as 6x4x4, but the manifest needs NxCxHxW"),
        (.features, "golden.outputs.stage2", NSNull(), "golden.outputs.stage2 has a wrong value"),
        (.features, "golden.outputs.stage2.shape", [2, 6, 4, 5], "where 2x6x4x4 is needed"),
        (.segmentation, "model.num_classes", 0, "num_classes is 0"),
        (.segmentation, "artifacts.0.outputs.0.kind", "logits", "but segmentation needs"),
        (.detection, "boxes", NSNull(), "boxes is missing"),
        (.detection, "boxes.levels", [Int](), "boxes.levels is empty"),
        (.detection, "boxes.levels.0.stride", 0, "boxes.levels has the stride 0"),
        (.detection, "boxes.levels.0.stride", 8, "class_logits as Nx6x3, but the manifest needs Nx18x3"),
        (.detection, "boxes.levels.0.sizes", [[8]], "boxes.levels has the sizes [[8.0]]"),
        (.detection, "boxes.levels.0.sizes", [[8, -8]], "boxes.levels has the sizes"),
        (.detection, "boxes.levels.0.sizes", [[Int]](), "boxes.levels has the sizes []"),
        (.detection, "boxes.largest_log_ratio", 100, "boxes.largest_log_ratio is 100"),
        (.detection, "boxes.score_threshold", 1.5, "boxes.score_threshold is 1.5"),
        (.detection, "boxes.iou_threshold", -0.5, "boxes.iou_threshold is -0.5"),
        (.detection, "boxes.candidates", 0, "boxes.candidates is 0"),
        (.detection, "boxes.most", 1_000_000, "boxes.most is 1000000"),
        (.detection, "artifacts.0.outputs.1.shape", [NSNull(), 6, 5] as [any Sendable], "the manifest needs Nx6x4"),
        (.detection, "artifacts.0.outputs.1.kind", "class_logits", "but detection needs"),
    ]

    @Test(arguments: wrongValues.indices)
    func aWrongValueIsRefused(index: Int) throws {
        let (task, path, value, message) = Self.wrongValues[index]
        var small = try SmallBundle(task)
        try small.set(path, value)
        try expectRefused(small, message)
    }

    @Test func boxesFromTheGraphAreADetectorsThirdOutput() throws {
        for (task, shape, message) in [
            (SmallTask.detection, [NSNull(), 6] as [Any], nil),
            (.detection, [NSNull(), 5], "boxes as Nx5, but the manifest needs Nx6"),
            (.detection, [1, 6], "boxes as 1x6, but the manifest needs Nx6"),
            (.segmentation, [NSNull(), 6], #"has the outputs ["boxes", "class_map"]"#),
        ] {
            var small = try SmallBundle(task)
            let found: [String: Any] = ["name": "boxes", "kind": "boxes", "shape": shape, "dtype": "float32"]
            try small.set("artifacts.0.outputs", small.outputs + [found])
            if let message {
                try expectRefused(small, message)
            } else {
                let artifact = try small.open().manifest.artifacts[0]
                #expect(artifact.networkOutputs.map(\.name) == ["class_logits", "box_deltas"])
            }
        }
    }

    @Test func goldenOutputsThatFillAPhonesMemoryAreRefused() throws {
        var small = try SmallBundle(.segmentation)
        try small.set("artifacts.0.outputs.0.shape", [NSNull(), 3, 8192, 8192])
        try small.set("golden.outputs.class_map.shape", [2, 3, 8192, 8192])
        try expectRefused(small, "golden/class_map.f32 is larger than 256 MB")
    }

    private static func levels(_ sizes: [[Int]]) -> [String: any Sendable] {
        [
            "levels": [["stride": 8, "sizes": sizes] as [String: any Sendable]], "largest_log_ratio": 4,
            "score_threshold": 0.5, "candidates": 1, "iou_threshold": 0.5, "most": 1,
        ]
    }
}
