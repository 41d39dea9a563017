import Foundation

/// A case to measure: a choice of a bundle, with a number of threads, by a protocol.
public struct Case: Sendable {
    public let bundle: ModelBundle
    public let choice: Choice

    /// The number of CPU threads; nil if the runtime does not accept one.
    public let threads: Int?
    public let `protocol`: MeasurementProtocol

    /// The original text of the request.
    public let asked: String

    public init(
        bundle: ModelBundle, choice: Choice, threads: Int, protocol: MeasurementProtocol = .default, asked: String
    ) {
        self.bundle = bundle
        self.choice = choice
        self.threads = choice.kind.takesThreads ? threads : nil
        self.protocol = `protocol`
        self.asked = asked
    }

    public var artifact: ArtifactFacts { choice.artifact }

    /// The runtime and backend that will execute it.
    public var runtime: RuntimeFacts {
        RuntimeFacts(name: choice.kind.name, version: choice.kind.version, backend: choice.backend, threads: threads)
    }

    /// The title, such as `Core ML, cpu-ne, fp16`.
    public var title: String { "\(choice.kind.name), \(choice.backend), \(artifact.precision)" }

    /// Return the request to open the artifact, after checking its hash and doing the work that is done once.
    ///
    /// - Throws: `Failure` if it is missing or damaged, or the runtime cannot open it.
    public func prepare() async throws -> EngineRequest {
        let request = try EngineRequest(bundle: bundle, artifact: artifact, backend: choice.backend, threads: threads)
        try await choice.kind.prepare(request)
        return request
    }

    /// Return a record of this case without any result.
    func record(by tool: (name: String, version: String), on device: DeviceFacts, placement: [String: Int]?) -> Record {
        let model = bundle.manifest.model
        return Record(
            schemaVersion: 1, case: id,
            tool: ToolFacts(name: tool.name, version: tool.version, request: asked), device: device, runtime: runtime,
            artifact: MeasuredArtifact(
                file: artifact.file, sha256: artifact.sha256, bytes: artifact.bytes, bundle: bundle.name,
                target: artifact.target, backend: artifact.backend, precision: artifact.precision, form: artifact.form,
                delegation: placement.map { MeasuredArtifact.Delegation(operators: $0) }),
            model: MeasuredModel(
                family: model.family, variant: model.variant, task: model.task, numClasses: model.numClasses,
                weights: model.weights.name, parameters: model.parameters),
            input: InputUsed(
                shape: artifact.input.shape.map { $0 ?? 1 }, dtype: artifact.input.dtype, content: .golden),
            protocol: `protocol`)
    }

    /// The identifier that all lines of this case, and of no other, have.
    private var id: String {
        let threads = threads.map { "\($0) threads" } ?? "threads by the runtime"
        return [bundle.name, artifact.file, choice.kind.name, choice.backend, threads].joined(separator: ", ")
    }
}
