import Foundation

/// A folder with one model at one size: manifest, labels, artifacts and golden vectors, all checked before use.
public struct ModelBundle: Equatable, Sendable {
    public let folder: URL
    public let manifest: Manifest

    /// The class names, in the order of the logits; empty for features.
    public let labels: [String]

    public var name: String { folder.lastPathComponent }

    /// Read the bundle in a folder.
    ///
    /// - Throws: `Failure` if the manifest is missing, damaged, of an unknown schema, or does not fit its labels.
    public init(folder: URL) throws {
        let manifest = try Self.readManifest(folder)
        let labels = try Self.readVerified(
            folder, manifest.labelsFile, sha256: manifest.labelsSha256, atMost: Self.largestLabels)
        guard let text = String(bytes: labels, encoding: .utf8) else {
            throw Failure("\(manifest.labelsFile) is not UTF-8 text", remedy: "export the bundle again")
        }
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init)
        let names = lines.last == "" ? lines.dropLast() : lines[...]
        guard names.count == manifest.model.numClasses else {
            throw Failure(
                "\(manifest.labelsFile) names \(names.count) classes, but the model has \(manifest.model.numClasses)",
                remedy: "export the bundle again")
        }
        self.folder = folder
        self.manifest = manifest
        self.labels = Array(names)
    }

    /// Return the location of an artifact, after checking it against its hash.
    ///
    /// - Throws: `Failure` if it is missing or damaged.
    public func verifiedLocation(of artifact: ArtifactFacts) throws -> URL {
        let url = folder.appendingPathComponent(artifact.file)
        guard FileManager.default.fileExists(atPath: url.path) else { throw Self.lacks(artifact.file) }
        guard try checksum(of: url) == artifact.sha256 else { throw Self.differs(artifact.file) }
        return url
    }

    /// Return the golden inputs, (N, 3, H, W) in [0, 1].
    ///
    /// - Throws: `Failure` if the file is missing, damaged, or its size does not fit its shape.
    public func goldenInputs() throws -> Tensor {
        try tensor(manifest.golden.inputs)
    }

    /// Return one of the reference's outputs for the golden inputs.
    ///
    /// - Throws: `Failure` if the bundle has none with that name, or the file is missing, damaged, or its size does not
    ///   fit its shape.
    public func goldenOutput(named name: String) throws -> Tensor {
        guard let facts = manifest.golden.outputs[name] else { throw Self.lacks("golden outputs named \(name)") }
        return try tensor(facts)
    }

    /// Return the location of a golden source image, after checking it against its hash.
    ///
    /// - Throws: `Failure` if it is missing or damaged.
    public func verifiedImage(_ image: GoldenFacts.File) throws -> URL {
        _ = try Self.readVerified(folder, image.file, sha256: image.sha256, atMost: Self.largestImage)
        return folder.appendingPathComponent(image.file)
    }

    private func tensor(_ facts: GoldenFacts.TensorFile) throws -> Tensor {
        let size = facts.shape.reduce(1, *) * MemoryLayout<Float>.size
        let bytes = try Self.readVerified(folder, facts.file, sha256: facts.sha256, atMost: Self.largestTensor)
        guard bytes.count == size else {
            throw Failure(
                "\(facts.file) has \(bytes.count) bytes, but its shape needs \(size)", remedy: "export the bundle again"
            )
        }
        let values = bytes.withUnsafeBytes { raw in
            stride(from: 0, to: raw.count, by: 4).map { start in
                Float(bitPattern: UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: start, as: UInt32.self)))
            }
        }
        return Tensor(shape: facts.shape, values: values)
    }

    private static func readManifest(_ folder: URL) throws -> Manifest {
        let bytes = try read(folder, manifestName, atMost: largestManifest)
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do {
            let version = try decoder.decode(Version.self, from: Data(bytes)).schemaVersion
            guard version == Manifest.supportedVersion else {
                throw Failure(
                    "\(folder.lastPathComponent) follows manifest schema \(version), but this app reads "
                        + "\(Manifest.supportedVersion)",
                    remedy: "update the app, or export the bundle with the app's version")
            }
            let manifest = try decoder.decode(Manifest.self, from: Data(bytes))
            try manifest.check()
            return manifest
        } catch let error as DecodingError {
            throw Failure(
                "\(folder.lastPathComponent)/\(manifestName) is not a manifest: \(error.place)",
                remedy: "export the bundle again")
        }
    }

    private static func read(_ folder: URL, _ name: String, atMost limit: Int) throws -> [UInt8] {
        let url = folder.appendingPathComponent(name)
        guard FileManager.default.fileExists(atPath: url.path), !url.isFolder else { throw lacks(name) }
        let size = try? FileManager.default.attributesOfItem(atPath: url.path)[.size] as? Int
        guard let size, size <= limit else {
            throw Failure("\(name) is larger than \(limit / 1_000_000) MB", remedy: "export the bundle again")
        }
        guard let data = try? Data(contentsOf: url) else { throw Failure("cannot read \(name)") }
        return [UInt8](data)
    }

    private static func readVerified(
        _ folder: URL, _ name: String, sha256: String, atMost limit: Int
    ) throws -> [UInt8] {
        let bytes = try read(folder, name, atMost: limit)
        guard SHA256.hash(bytes) == sha256 else { throw differs(name) }
        return bytes
    }

    private static func lacks(_ name: String) -> Failure {
        Failure("the bundle has no \(name)", remedy: "export it again")
    }

    private static func differs(_ name: String) -> Failure {
        Failure("\(name) does not match the manifest (its sha256 differs)", remedy: "export the bundle again")
    }

    private struct Version: Decodable {
        let schemaVersion: Int
    }

    private static let manifestName = "manifest.json"

    // Larger files are rejected before they are read, so that a damaged bundle cannot exhaust a phone's memory.
    private static let largestManifest = 4_000_000
    private static let largestLabels = 4_000_000
    private static let largestImage = 64_000_000
    static let largestTensor = 256_000_000
}
