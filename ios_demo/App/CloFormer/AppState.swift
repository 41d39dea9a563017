import CloFormerKit
import Foundation
import Observation

/// What all screens share: which bundles there are, and which model is to run where.
@MainActor
@Observable
final class AppState {
    private(set) var entries: [BundleLibrary.Entry] = []
    var choice = Choice()

    /// What the person chose. Empty names stand for nothing chosen yet.
    struct Choice: Equatable, Hashable, Sendable {
        var bundle = ""
        var runtime = ""
        var backend = ""
        var precision = ""

        /// 0 leaves the number to the runtime.
        var threads = 0
    }

    /// Bundles that came with the app, and those that were copied into its folder.
    nonisolated static let library = BundleLibrary(folders: [
        Bundle.main.bundleURL.appendingPathComponent("Bundles"), documents,
    ])

    /// The folder that Finder, Files and `cloformer-bench ios` see.
    nonisolated static var documents: URL {
        FileManager.default.urls(for: .documentDirectory, in: .userDomainMask)[0]
    }

    var bundle: ModelBundle? {
        try? entries.first { $0.name == choice.bundle }?.bundle.get()
    }

    /// Runtimes that have something to open in the chosen bundle.
    var kinds: [EngineKind] {
        Engines.all.filter { !artifacts(for: $0).isEmpty }
    }

    var kind: EngineKind? { kinds.first { $0.name == choice.runtime } }

    var precisions: [String] {
        kind.map { Array(Set(artifacts(for: $0).map(\.precision))).sorted() } ?? []
    }

    var backends: [String] {
        guard let kind else { return [] }
        let chosen = artifacts(for: kind).filter { $0.precision == choice.precision }
        return chosen.flatMap(kind.backends)
    }

    /// Look for bundles, and choose what can be chosen.
    func refresh() async {
        entries = await Task.detached { Self.library.entries() }.value
        complete()
    }

    /// Replace each choice that is not possible any more by the first that is.
    func complete() {
        let whole = entries.filter { (try? $0.bundle.get()) != nil }.map(\.name)
        if !whole.contains(choice.bundle) { choice.bundle = whole.first ?? "" }
        if kind == nil { choice.runtime = kinds.first?.name ?? "" }
        if !precisions.contains(choice.precision) { choice.precision = precisions.first ?? "" }
        if !backends.contains(choice.backend) { choice.backend = backends.first ?? "" }
        if kind?.takesThreads != true { choice.threads = 0 }
    }

    private func artifacts(for kind: EngineKind) -> [ArtifactFacts] {
        bundle?.manifest.artifacts.filter { kind.formats.contains($0.format) && !kind.backends($0).isEmpty } ?? []
    }
}

extension AppState.Choice {
    /// Return the case that this choice makes; the artifact is checked against its hash, which takes a moment.
    func makeCase(_ kind: Request.Kind) async throws -> Case {
        guard !bundle.isEmpty, !runtime.isEmpty else {
            throw Failure("there is no bundle to run", remedy: "copy one into the app's folder, with Finder or Files")
        }
        let request = Request(
            kind: kind, bundle: bundle, runtime: runtime, backend: backend, threads: threads == 0 ? nil : threads,
            precision: precision)
        let name = bundle
        return try await Task.detached {
            try Case(request, bundle: AppState.library.bundle(named: name), kinds: Engines.all)
        }.value
    }
}
