import CloFormerKit
import Foundation
import Observation

/// The state that all screens share: the available bundles, and the selected model and runtime.
@MainActor
@Observable
final class AppState {
    private(set) var entries: [BundleLibrary.Entry] = []
    var selection = Selection()

    /// Whether the app has looked for bundles; until then it is unknown whether there are any.
    private(set) var isLoaded = false

    /// The bundles that came with the app, and those that were copied into its folder.
    nonisolated static let library = BundleLibrary(folders: [
        Bundle.main.bundleURL.appendingPathComponent("Bundles"), ownBundles,
    ])

    /// The folder that is visible to Finder, Files and `cloformer-bench ios`.
    nonisolated static var documents: URL {
        FileManager.default.urls(for: .documentDirectory, in: .userDomainMask)[0]
    }

    nonisolated private static var ownBundles: URL { documents.appendingPathComponent("bundles") }

    var runtimes: [String] { names(\.kind.name, of: choices) }
    var precisions: [String] { names(\.artifact.precision, of: choices.filter { $0.kind.name == selection.runtime }) }
    var backends: [String] { names(\.backend, of: choices.filter { selection.matches($0, anyBackend: true) }) }

    /// Whether the chosen runtime accepts a thread count.
    var takesThreads: Bool { choices.contains { selection.matches($0, anyBackend: false) && $0.kind.takesThreads } }

    /// Look for bundles, and make the selection valid.
    func refresh() async {
        entries = await Task.detached {
            // It must exist to be visible in Finder and Files.
            try? FileManager.default.createDirectory(at: Self.ownBundles, withIntermediateDirectories: true)
            return Self.library.entries()
        }.value
        complete()
        isLoaded = true
    }

    /// Replace each part of the selection that is no longer possible by the first possible one.
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

    /// Return each name once, in the order of the choices.
    private func names(_ name: (Choice) -> String, of choices: [Choice]) -> [String] {
        choices.map(name).reduce(into: []) { names, name in
            if !names.contains(name) { names.append(name) }
        }
    }
}
