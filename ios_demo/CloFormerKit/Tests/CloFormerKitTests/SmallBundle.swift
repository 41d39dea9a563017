import Foundation

@testable import CloFormerKit

/// A bundle at 32x32 with one artifact that no runtime reads, to be damaged by tests.
struct SmallBundle {
    let library: TemporaryFolder
    let name = "small"
    var manifest: [String: Any]

    /// What the manifest says of the artifact's outputs.
    var outputs: [Any] { ((manifest["artifacts"] as! [Any])[0] as! [String: Any])["outputs"] as! [Any] }

    var folder: URL { library.url.appendingPathComponent(name) }

    init(_ task: SmallTask = .classification) throws {
        library = try TemporaryFolder()
        let inputs = Self.tensor(2 * 3 * 32 * 32)
        let outputs = task.outputs.map { ($0.name, Self.tensor(2 * $0.shape.reduce(1, *))) }
        let golden = zip(task.outputs, outputs).map { ($0.name, Self.facts($0.name, $1.1, [2] + $0.shape)) }
        manifest = [
            "schema_version": 1,
            "model": [
                "family": "CloFormer", "variant": "xxs", "task": task.name,
                "num_classes": task.labels.split(separator: "\n").count, "parameters": 9,
                "weights": ["name": "random", "source": "random", "sha256": String(repeating: "0", count: 64)],
            ],
            "preprocessing": [
                "resize": [36, 36], "crop": [32, 32], "interpolation": "bicubic", "antialias": true,
                "color_order": "RGB", "mean": [0.5, 0.25, 0.125], "std": [0.5, 0.25, 2],
            ],
            "boxes": try task.boxes.map { try JSONSerialization.jsonObject(with: Data($0.utf8)) } ?? NSNull(),
            "labels_file": "labels.txt", "labels_sha256": SHA256.hash(task.labels.utf8),
            "golden": [
                "images": ["a", "b"].map { ["file": "golden/\($0).png", "sha256": SHA256.hash($0.utf8)] },
                "inputs": Self.facts("inputs", inputs, [2, 3, 32, 32]),
                "outputs": Dictionary(uniqueKeysWithValues: golden),
            ],
            "artifacts": [Self.artifact(task)],
        ]
        for (name, bytes) in outputs + [("inputs", inputs)] { try write("golden/\(name).f32", bytes) }
        for image in ["a", "b"] { try write("golden/\(image).png", image.utf8) }
        try write("labels.txt", task.labels.utf8)
        try write("model.fake", "weights".utf8)
        try writeManifest()
    }

    func write(_ file: String, _ bytes: some Sequence<UInt8>) throws {
        try library.write("\(name)/\(file)", bytes)
    }

    func remove(_ file: String) throws {
        try FileManager.default.removeItem(at: folder.appendingPathComponent(file))
    }

    func writeManifest() throws {
        try write("manifest.json", try JSONSerialization.data(withJSONObject: manifest))
    }

    /// Change one value of the manifest, such as `artifacts.0.file`, and write it.
    mutating func set(_ path: String, _ value: Any) throws {
        manifest = Self.changed(manifest, path.split(separator: ".").map(String.init)[...], value) as! [String: Any]
        try writeManifest()
    }

    /// Write another file of labels, with the hash that it has.
    mutating func setLabels(_ bytes: [UInt8]) throws {
        try write("labels.txt", bytes)
        try set("labels_sha256", SHA256.hash(bytes))
    }

    func open() throws -> ModelBundle {
        try ModelBundle(folder: folder)
    }

    private static func changed(_ value: Any, _ path: ArraySlice<String>, _ new: Any) -> Any {
        guard let name = path.first else { return new }
        if var list = value as? [Any], let index = Int(name) {
            list[index] = changed(list[index], path.dropFirst(), new)
            return list
        }
        var fields = value as! [String: Any]
        fields[name] = changed(fields[name] ?? NSNull(), path.dropFirst(), new)
        return fields
    }

    private static func artifact(_ task: SmallTask) -> [String: Any] {
        [
            "file": "model.fake", "format": "fake", "sha256": SHA256.hash("weights".utf8), "bytes": 7,
            "target": "fake", "backend": NSNull(), "precision": "fp32", "form": "reference",
            "input": [
                "name": "image", "kind": "tensor", "shape": [NSNull(), 3, 32, 32], "layout": "NCHW",
                "dtype": "float32", "color_order": "RGB", "value_range": [0, 1], "normalization_in_graph": true,
            ],
            "outputs": task.outputs.map { output in
                [
                    "name": output.name, "kind": output.kind, "shape": [NSNull()] + output.shape as [Any],
                    "dtype": "float32",
                ]
            },
            "minimum_os": NSNull(), "soc": NSNull(), "compute_units": NSNull(), "tools": [:],
        ]
    }

    private static func facts(_ name: String, _ bytes: [UInt8], _ shape: [Int]) -> [String: Any] {
        [
            "file": "golden/\(name).f32", "sha256": SHA256.hash(bytes), "shape": shape, "dtype": "float32",
            "byte_order": "little",
        ]
    }

    /// Little-endian float32 values that differ from each other.
    private static func tensor(_ count: Int) -> [UInt8] {
        (0..<count).flatMap { index in
            withUnsafeBytes(of: (Float(index % 97) / 97).bitPattern.littleEndian) { Array($0) }
        }
    }
}
