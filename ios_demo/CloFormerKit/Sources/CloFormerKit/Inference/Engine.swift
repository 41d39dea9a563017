import Foundation

/// A runtime with an artifact open in it.
///
/// Every runtime is behind this protocol, so that what is tested on Linux and what ships on a phone is the same code.
public protocol Engine: Sendable {
    /// Bring one image, (1, 3, H, W) in [0, 1], into the form that the runtime takes, and return what runs it.
    ///
    /// - Throws: `Failure` where the artifact takes something that this engine cannot make.
    func inference(on image: Tensor) throws -> Inference
}

/// Runs one image, each time that it is called, and returns the outputs by name: what a benchmark times.
public typealias Inference = @Sendable () async throws -> [String: Tensor]

/// What to open, and how.
public struct EngineRequest: Sendable {
    public let location: URL
    public let artifact: ArtifactFacts
    public let preprocessing: Preprocessing

    /// Inside the runtime, such as `cpu` or Core ML's `cpu-ne`.
    public let backend: String

    /// CPU threads; nil leaves it to the runtime.
    public let threads: Int?

    /// - Throws: `Failure` where the artifact is missing or damaged.
    public init(bundle: ModelBundle, artifact: ArtifactFacts, backend: String, threads: Int?) throws {
        self.location = try bundle.verifiedLocation(of: artifact)
        self.artifact = artifact
        self.preprocessing = bundle.manifest.preprocessing
        self.backend = backend
        self.threads = threads
    }

    /// Return what the artifact takes for one image: normalized where it does not do that, scaled to its range, and
    /// repeated where its batch is fixed to more than one.
    public func input(for image: Tensor) -> Tensor {
        var batch = artifact.input.shape[0].map { image.repeated($0) } ?? image
        if !artifact.input.normalizationInGraph { batch = normalize(batch, with: preprocessing) }
        if artifact.input.valueRange == [0, 255] {
            batch = Tensor(shape: batch.shape, values: batch.values.map { $0 * 255 })
        }
        return batch
    }
}

/// A runtime that this build has, and how to open an artifact in it.
public struct EngineKind: Sendable, Identifiable {
    /// Of the runtime, such as `Core ML`.
    public let name: String

    /// Of the runtime; Apple's have the system's.
    public let version: String

    /// Formats that it reads.
    public let formats: Set<String>

    /// Which of its backends can run an artifact; the first is the one to try first.
    public let backends: @Sendable (ArtifactFacts) -> [String]

    /// Whether a number of CPU threads can be asked for.
    public let takesThreads: Bool

    /// Do what is done once after an artifact was installed, such as compiling it; no part of loading it.
    public let prepare: @Sendable (EngineRequest) async throws -> Void

    /// How many operators each compute device takes, such as `["neural engine": 290, "cpu": 4]`; nil where it is not known.
    public let placement: @Sendable (EngineRequest) async -> [String: Int]?

    /// Open an artifact.
    public let open: @Sendable (EngineRequest) async throws -> any Engine

    public var id: String { name }

    public init(
        name: String, version: String, formats: Set<String>, takesThreads: Bool,
        backends: @escaping @Sendable (ArtifactFacts) -> [String],
        prepare: @escaping @Sendable (EngineRequest) async throws -> Void = { _ in },
        placement: @escaping @Sendable (EngineRequest) async -> [String: Int]? = { _ in nil },
        open: @escaping @Sendable (EngineRequest) async throws -> any Engine
    ) {
        self.name = name
        self.version = version
        self.formats = formats
        self.takesThreads = takesThreads
        self.backends = backends
        self.prepare = prepare
        self.placement = placement
        self.open = open
    }
}
