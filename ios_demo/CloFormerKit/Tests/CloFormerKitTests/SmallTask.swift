import Foundation

/// What a small bundle can be for: its outputs, with the sizes that each has for one image of 32x32.
struct SmallTask: Sendable {
    let name: String
    let labels: String
    let outputs: [(name: String, kind: String, shape: [Int])]
    var boxes: String?

    static let classification = SmallTask(
        name: "classification", labels: threeAnimals, outputs: [("logits", "logits", [3])])

    static let features = SmallTask(
        name: "features", labels: "",
        outputs: [("stage1", "feature_map", [4, 8, 8]), ("stage2", "feature_map", [6, 4, 4])])

    static let segmentation = SmallTask(
        name: "segmentation", labels: threeAnimals, outputs: [("class_map", "class_map", [3, 8, 8])])

    /// Two levels: four cells with one anchor, and one cell with two.
    static let detection = SmallTask(
        name: "detection", labels: threeAnimals,
        outputs: [("class_logits", "class_logits", [6, 3]), ("box_deltas", "box_deltas", [6, 4])],
        boxes: #"""
            {"levels": [{"stride": 16, "sizes": [[8, 8]]}, {"stride": 32, "sizes": [[16, 16], [20, 10]]}],
             "largest_log_ratio": 4.0, "score_threshold": 0.25, "candidates": 5, "iou_threshold": 0.5, "most": 3}
            """#)

    static let all = [classification, features, segmentation, detection]

    private static let threeAnimals = "cat\ndog\nlarge, gray mouse\n"
}
