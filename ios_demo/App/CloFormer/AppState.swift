import CloFormerKit
import Foundation
import Observation

/// What all screens share: which bundles there are, and which model is to run where.
@MainActor
@Observable
final class AppState {
    private(set) var entries: [BundleLibrary.Entry] = []
    var selection = Selection()

    /// Whether bundles were looked for; before, nobody can say that there is none.
    private(set) var isLoaded = false

    /// Bundles that came with the app, and those that were copied into its folder.
    nonisolated static let library = BundleLibrary(folders: [
        Bundle.main.bundleURL.appendingPathComponent("Bundles"), ownBundles,
    ])

    /// The folder that Finder, Files and `cloformer-bench ios` see.
    nonisolated static var documents: URL {
        FileManager.default.urls(for: .documentDirectory, in: .userDomainMask)[0]
    }

    nonisolated private static var ownBundles: URL { documents.appendingPathComponent("bundles") }

    var runtimes: [String] { names(\.kind.name, of: choices) }
    var precisions: [String] { names(\.artifact.precision, of: choices.filter { $0.kind.name == selection.runtime }) }
    var backends: [String] { names(\.backend, of: choices.filter { selection.matches($0, anyBackend: true) }) }

    /// Whether the chosen runtime takes a number of threads.
    var takesThreads: Bool { choices.contains { selection.matches($0, anyBackend: false) && $0.kind.takesThreads } }

    /// Look for bundles, and select what can be selected.
    func refresh() async {
        entries = await Task.detached {
            // It must exist to be seen in Finder and Files.
            try? FileManager.default.createDirectory(at: Self.ownBundles, withIntermediateDirectories: true)
            return Self.library.entries()
        }.value
        complete()
        isLoaded = true
    }

    /// Replace each part of the selection that is not possible any more by the first that is.
    func complete() {
        let whole = entries.filter { (try? $0.bundle.get()) != nil }.map(\.name)
        if !whole.contains(selection.bundle) { selection.bundle = whole.first ?? "" }
        if !runtimes.contains(selection.runtime) { selection.runtime = runtimes.first ?? "" }
        if !precisions.contains(selection.precision) { selection.precision = precisions.first ?? "" }
        if !backends.contains(selection.backend) { selection.backend = backends.first ?? "" }
    }

    private var choices: [Choice] {
        guard let bundle = try? entries.first(where: { $0.name == selection.bundle })?.bundle.get() else { return [] }
        return Choice.all(in: bundle, kinds: Engines.all)
    }

    /// Each name once, in the order of the choices.
    private func names(_ name: (Choice) -> String, of choices: [Choice]) -> [String] {
        choices.map(name).reduce(into: []) { names, name in
            if !names.contains(name) { names.append(name) }
        }
    }
}
