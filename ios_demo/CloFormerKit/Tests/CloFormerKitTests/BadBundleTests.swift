import Foundation
import Testing

@testable import CloFormerKit

/// Every way in which a bundle was seen, or can be expected, to be broken: each is refused with a message that names it.
struct BadBundleTests {
    /// A value of the manifest, what it is set to, and a part of the message.
    static let wrongValues: [(path: String, value: any Sendable, message: String)] = [
        ("schema_version", 2, "manifest schema 2"),
        ("schema_version", "1", "schemaVersion"),
        ("model.task", "poetry", "model.task"),
        ("model.num_classes", 0, "num_classes is 0"),
        ("model.num_classes", 4_611_686_018_427_387_904, "num_classes is 4611686018427387904"),
        ("model.num_classes", 4, "model.fake returns logits as Nx3, but the manifest needs Nx4"),
        ("labels_file", "../labels.txt", "labels_file is ../labels.txt"),
        ("labels_sha256", String(repeating: "0", count: 64), "labels.txt does not match the manifest"),
        ("preprocessing.interpolation", "nearest", "preprocessing.interpolation"),
        ("preprocessing.antialias", false, "antialias is false"),
        ("preprocessing.color_order", "BGR", "preprocessing.colorOrder"),
        ("preprocessing.resize", [36], "preprocessing.resize is [36]"),
        ("preprocessing.resize", [36, 31], "larger than preprocessing.resize"),
        ("preprocessing.crop", [0, 32], "preprocessing.crop is [0, 32]"),
        ("preprocessing.crop", [100_000, 32], "preprocessing.crop is [100000, 32]"),
        ("preprocessing.mean", [0.5, 0.5], "mean has 2 values"),
        ("preprocessing.std", [0.5, 0, 0.5], "std is"),
        ("artifacts", [Int](), "no artifacts"),
        ("artifacts.0.file", "../../model.fake", "leads out of the bundle"),
        ("artifacts.0.file", "/etc/passwd", "leads out of the bundle"),
        ("artifacts.0.file", "a\\..\\b", "leads out of the bundle"),
        ("artifacts.0.file", "", "leads out of the bundle"),
        ("artifacts.0.sha256", "0123", "is not a SHA-256"),
        ("artifacts.0.sha256", String(repeating: "A", count: 64), "is not a SHA-256"),
        ("artifacts.0.bytes", "many", "artifacts.0.bytes"),
        ("artifacts.0.input.shape", [1, 3, 32], "expects 1x3x32"),
        ("artifacts.0.input.shape", [1, 1, 32, 32], "expects 1x1x32x32"),
        ("artifacts.0.input.shape", [1, 3, 64, 64], "the preprocessing produces 1x3x32x32"),
        ("artifacts.0.input.shape", [-1, 3, 32, 32], "expects -1x3x32x32"),
        ("artifacts.0.input.kind", "audio", "artifacts.0.input.kind"),
        ("artifacts.0.input.dtype", "float64", "artifacts.0.input.dtype"),
        ("artifacts.0.input.value_range", [-1, 1], "in the range [-1.0, 1.0]"),
        ("artifacts.0.input.value_range", NSNull(), "does not say from which range"),
        ("artifacts.0.outputs", [Int](), "has the outputs []"),
        ("artifacts.0.outputs.0.kind", "sounds", "artifacts.0.outputs.0.kind"),
        ("artifacts.0.outputs.0.shape", [3], "returns logits as 3"),
        ("artifacts.0.outputs.0.shape", [1, 3], "returns logits as 1x3, but the manifest needs Nx3"),
        ("artifacts.0.outputs.0.dtype", "uint8", "returns logits as uint8"),
        ("golden.images", [Int](), "golden.images is empty"),
        ("golden.images.0.file", "golden/../../../a.png", "leads out of the bundle"),
        ("golden.inputs.file", ".", "leads out of the bundle"),
        ("golden.inputs.shape", [1, 3, 32, 32], "where 2x3x32x32 is needed"),
        ("golden.inputs.dtype", "uint8", "contains uint8"),
        ("golden.inputs.byte_order", "big", "golden.inputs.byteOrder"),
        ("golden.outputs", [String: Int](), "golden.outputs has no logits, which model.fake returns"),
        ("golden.outputs.logits.file", "../logits.f32", "leads out of the bundle"),
        ("golden.outputs.logits.shape", [2, 1000], "where 2x3 is needed"),
    ]

    @Test(arguments: wrongValues.indices)
    func aWrongValueIsRefused(index: Int) throws {
        let (path, value, message) = Self.wrongValues[index]
        var small = try SmallBundle()
        try small.set(path, value)
        try expectRefused(small, message)
    }

    @Test(arguments: ["model", "preprocessing", "golden", "artifacts", "labels_sha256"])
    func aMissingFieldIsRefused(field: String) throws {
        var small = try SmallBundle()
        small.manifest[field] = nil
        try small.writeManifest()
        try expectRefused(small, "is missing")
    }

    @Test(arguments: ["", "{", "[]", "null", "{\"schema_version\": 1", "\u{0}\u{1}"])
    func whatIsNoManifestIsRefused(text: String) throws {
        let small = try SmallBundle()
        try small.write("manifest.json", text.utf8)
        try expectRefused(small, "small/manifest.json is not a manifest")
    }

    @Test func twoArtifactsOfOneNameAreRefused() throws {
        var small = try SmallBundle()
        let artifacts = small.manifest["artifacts"] as! [Any]
        try small.set("artifacts", artifacts + artifacts)
        try expectRefused(small, "two artifacts have the same file")
    }

    @Test func aFileThatIsNotThereIsRefused() throws {
        for file in ["manifest.json", "labels.txt"] {
            let small = try SmallBundle()
            try small.remove(file)
            try expectRefused(small, "the bundle has no \(file)")
        }
    }

    @Test func aFolderInPlaceOfAFileIsRefused() throws {
        let small = try SmallBundle()
        try small.remove("labels.txt")
        try small.write("labels.txt/inner", "cat".utf8)
        try expectRefused(small, "the bundle has no labels.txt")
    }

    @Test func hugeLabelsAreRefusedBeforeTheyAreRead() throws {
        var small = try SmallBundle()
        try small.setLabels([UInt8](repeating: UInt8(ascii: "\n"), count: 4_000_001))
        try expectRefused(small, "labels.txt is larger than 4 MB")
    }

    @Test func labelsThatDoNotFitTheModelAreRefused() throws {
        var small = try SmallBundle()
        try small.setLabels(Array("cat\ndog\n".utf8))
        try expectRefused(small, "names 2 classes, but the model has 3")
    }

    @Test func labelsThatAreNoTextAreRefused() throws {
        var small = try SmallBundle()
        try small.setLabels([0xff, 0xfe, 0x0a])
        try expectRefused(small, "labels.txt is not UTF-8 text")
    }

    @Test func aTruncatedArtifactIsRefused() throws {
        let small = try SmallBundle()
        let bundle = try small.open()
        try small.write("model.fake", "weight".utf8)
        #expect(throws: Failure.self) { try bundle.verifiedLocation(of: bundle.manifest.artifacts[0]) }
        try small.remove("model.fake")
        #expect(throws: Failure("the bundle has no model.fake", remedy: "export it again")) {
            try bundle.verifiedLocation(of: bundle.manifest.artifacts[0])
        }
    }

    @Test func truncatedGoldenVectorsAreRefused() throws {
        var small = try SmallBundle()
        let short = [UInt8](repeating: 0, count: 20)
        try small.write("golden/logits.f32", short)
        #expect(throws: Failure.self) { try small.open().goldenOutput(named: "logits") }
        try small.set("golden.outputs.logits.sha256", SHA256.hash(short))
        #expect(
            throws: Failure(
                "golden/logits.f32 has 20 bytes, but its shape needs 24", remedy: "export the bundle again")
        ) {
            try small.open().goldenOutput(named: "logits")
        }
    }

    @Test func aChangedGoldenImageIsRefused() throws {
        let small = try SmallBundle()
        let bundle = try small.open()
        try small.write("golden/a.png", "c".utf8)
        #expect(throws: Failure.self) { try bundle.verifiedImage(bundle.manifest.golden.images[0]) }
    }
}

/// Open a bundle that must be refused, with a message that holds this text.
func expectRefused(_ small: SmallBundle, _ message: String) throws {
    do {
        _ = try small.open()
        Issue.record("it was accepted")
    } catch let failure as Failure {
        #expect(failure.description.contains(message), "\(failure)")
        #expect(failure.remedy != nil)
    }
}
