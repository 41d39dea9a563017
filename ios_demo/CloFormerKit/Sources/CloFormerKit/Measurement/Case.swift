import Foundation

/// A request that was found to be possible: which artifact, in which runtime.
public struct Case: Sendable {
    public let request: Request
    public let bundle: ModelBundle
    public let artifact: ArtifactFacts
    public let kind: EngineKind
    let opening: EngineRequest

    /// Find what a request asks for, and check the artifact against its hash.
    ///
    /// - Throws: `Failure` where there is no such runtime, artifact or backend, or the artifact is damaged.
    public init(_ request: Request, bundle: ModelBundle, kinds: [EngineKind]) throws {
        guard let kind = kinds.first(where: { $0.name == request.runtime }) else {
            let names = kinds.map(\.name).joined(separator: ", ")
            throw Failure("this app has no runtime \(request.runtime)", remedy: "it has \(names)")
        }
        let readable = bundle.manifest.artifacts.filter { kind.formats.contains($0.format) }
        let candidates = readable.filter { $0.precision == request.precision }
        guard
            let found = candidates.first(where: { artifact in
                request.backend.map { kind.backends(artifact).contains($0) } ?? !kind.backends(artifact).isEmpty
            })
        else {
            let have = Set(
                readable.flatMap { artifact in kind.backends(artifact).map { "\(artifact.precision) on \($0)" } })
            let wanted = "\(request.precision) for \(kind.name)" + (request.backend.map { " on \($0)" } ?? "")
            throw Failure(
                "\(bundle.name) has nothing in \(wanted)",
                remedy: have.isEmpty
                    ? "export it with the right --target" : "it has \(have.sorted().joined(separator: ", "))")
        }
        self.request = request
        self.bundle = bundle
        self.artifact = found
        self.kind = kind
        self.opening = try EngineRequest(
            bundle: bundle, artifact: found, backend: request.backend ?? kind.backends(found)[0],
            threads: request.threads)
    }

    /// Who will execute.
    public var runtime: RuntimeFacts { kind.runtime(opening) }

    /// Do what is done once after the artifact was installed, such as compiling it.
    ///
    /// - Throws: `Failure` where the runtime refuses it.
    public func prepare() async throws {
        try await kind.prepare(opening)
    }

    /// Open the artifact.
    ///
    /// - Throws: `Failure` where the runtime refuses it.
    public func open() async throws -> any Engine {
        try await kind.open(opening)
    }

    /// Return a record of this case without any result.
    func record(by tool: (name: String, version: String), on device: DeviceFacts, placement: [String: Int]?) -> Record {
        let model = bundle.manifest.model
        return Record(
            schemaVersion: 1, case: name,
            tool: ToolFacts(name: tool.name, version: tool.version, request: request.json), device: device,
            runtime: runtime,
            artifact: MeasuredArtifact(
                file: artifact.file, sha256: artifact.sha256, bytes: artifact.bytes, bundle: bundle.name,
                target: artifact.target, backend: artifact.backend, precision: artifact.precision, form: artifact.form,
                delegation: placement.map { MeasuredArtifact.Delegation(operators: $0) }),
            model: MeasuredModel(
                family: model.family, variant: model.variant, numClasses: model.numClasses, weights: model.weights.name,
                parameters: model.parameters),
            input: InputUsed(
                shape: artifact.input.shape.map { $0 ?? 1 }, dtype: artifact.input.dtype, content: .golden),
            protocol: request.measurementProtocol)
    }

    /// The same for all lines of a case, and for no other's.
    private var name: String {
        let threads = request.threads.map { "\($0) threads" } ?? "threads by the runtime"
        return [bundle.name, artifact.file, kind.name, opening.backend, threads].joined(separator: ", ")
    }
}
