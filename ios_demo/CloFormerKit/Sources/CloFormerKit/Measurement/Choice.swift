/// One way to run a bundle: an artifact, a runtime and a backend.
public struct Choice: Sendable {
    public let artifact: ArtifactFacts
    public let kind: EngineKind
    public let backend: String

    /// Return every way to run a bundle, those preferred by its manifest first.
    public static func all(in bundle: ModelBundle, kinds: [EngineKind]) -> [Choice] {
        kinds.flatMap { kind in
            bundle.manifest.artifacts.filter { kind.formats.contains($0.format) }.flatMap { artifact in
                kind.backends(artifact).map { Choice(artifact: artifact, kind: kind, backend: $0) }
            }
        }
    }

    var offer: Status.Offer {
        Status.Offer(
            runtime: kind.name, version: kind.version, backend: backend, precision: artifact.precision,
            file: artifact.file)
    }

    func isWanted(by request: Request) -> Bool {
        [(request.runtime, kind.name), (request.backend, backend), (request.precision, artifact.precision)]
            .allSatisfy { $0 == nil || $0 == $1 }
    }
}
