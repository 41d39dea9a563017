import Foundation

/// What is measured: a choice of a bundle, with a number of threads, by a protocol.
public struct Case: Sendable {
    public let bundle: ModelBundle
    public let choice: Choice

    /// CPU threads; nil where the runtime takes no number.
    public let threads: Int?
    public let `protocol`: MeasurementProtocol

    /// What was asked for, in the words of who asked.
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

    /// Who will execute.
    public var runtime: RuntimeFacts {
        RuntimeFacts(name: choice.kind.name, version: choice.kind.version, backend: choice.backend, threads: threads)
    }

    /// Such as `Core ML, cpu-ne, fp16`.
    public var title: String { "\(choice.kind.name), \(choice.backend), \(artifact.precision)" }

    /// Return what to open, checked against its hash, after doing what is done once after it was installed.
    ///
    /// - Throws: `Failure` where it is missing or damaged, or the runtime refuses it.
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

    /// The same for all lines of a case, and for no other's.
    private var id: String {
        let threads = threads.map { "\($0) threads" } ?? "threads by the runtime"
        return [bundle.name, artifact.file, choice.kind.name, choice.backend, threads].joined(separator: ", ")
    }
}
