import Foundation

/// A runtime with an artifact open in it.
///
/// Every runtime is behind this protocol, so that what is tested on Linux and what ships on a phone is the same code.
public protocol Engine: Sendable {
    /// Convert one image, (1, 3, H, W) in [0, 1], to the form that the runtime expects, and return what runs it.
    ///
    /// - Throws: `Failure` if the artifact expects something that this engine cannot provide.
    func inference(on image: Tensor) throws -> Inference
}

/// A function that runs one image each time it is called, and returns the outputs by name; benchmarks time this.
public typealias Inference = @Sendable () async throws -> [String: Tensor]

/// A request to open an artifact.
public struct EngineRequest: Sendable {
    public let location: URL
    public let artifact: ArtifactFacts
    public let preprocessing: Preprocessing

    /// The backend inside the runtime, such as `cpu` or Core ML's `cpu-ne`.
    public let backend: String

    /// The number of CPU threads; nil lets the runtime decide.
    public let threads: Int?

    /// Check the artifact, and make a request.
    ///
    /// - Throws: `Failure` if the artifact is missing or damaged.
    public init(bundle: ModelBundle, artifact: ArtifactFacts, backend: String, threads: Int?) throws {
        self.location = try bundle.verifiedLocation(of: artifact)
        self.artifact = artifact
        self.preprocessing = bundle.manifest.preprocessing
        self.backend = backend
        self.threads = threads
    }

    /// Return the artifact's input for one image: normalized if the artifact does not do that, scaled to its range, and
    /// repeated if its batch is fixed to more than one.
    public func input(for image: Tensor) -> Tensor {
        var batch = artifact.input.shape[0].map { image.repeated($0) } ?? image
        if !artifact.input.normalizationInGraph { batch = normalize(batch, with: preprocessing) }
        if artifact.input.valueRange == [0, 255] {
            batch = Tensor(shape: batch.shape, values: batch.values.map { $0 * 255 })
        }
        return batch
    }
}

/// A runtime in this build, and how to open an artifact in it.
public struct EngineKind: Sendable, Identifiable {
    /// The name of the runtime, such as `Core ML`.
    public let name: String

    /// The version of the runtime; Apple's runtimes have the system's version.
    public let version: String

    /// The formats that it reads.
    public let formats: Set<String>

    /// Returns the backends that can run an artifact, the preferred one first.
    public let backends: @Sendable (ArtifactFacts) -> [String]

    /// Whether it accepts a number of CPU threads.
    public let takesThreads: Bool

    /// Does the work that is done once per installed artifact, such as compiling it, and is not part of loading.
    public let prepare: @Sendable (EngineRequest) async throws -> Void

    /// Returns the number of operators per compute device, such as `["neural engine": 290, "cpu": 4]`; nil if unknown.
    public let placement: @Sendable (EngineRequest) async -> [String: Int]?

    /// Opens an artifact.
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
