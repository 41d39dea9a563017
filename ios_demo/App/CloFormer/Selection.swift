import CloFormerKit

/// The user's selection; empty names mean that nothing is selected yet.
struct Selection: Equatable, Sendable {
    var bundle = ""
    var runtime = ""
    var backend = ""
    var precision = ""

    /// The number of threads, for runtimes that accept one.
    var threads = 2

    func matches(_ choice: Choice, anyBackend: Bool) -> Bool {
        choice.kind.name == runtime && choice.artifact.precision == precision
            && (anyBackend || choice.backend == backend)
    }

    /// Return the selected case.
    ///
    /// - Throws: `Failure` if there is no bundle, or this app cannot run any artifact of it.
    func makeCase() async throws -> Case {
        guard !bundle.isEmpty else {
            throw Failure("there is no bundle to run", remedy: "copy one into the app's folder, with Finder or Files")
        }
        return try await Task.detached {
            let opened = try AppState.library.bundle(named: bundle)
            let choices = Choice.all(in: opened, kinds: Engines.all)
            guard let choice = choices.first(where: { matches($0, anyBackend: false) }) else {
                throw Failure("this app cannot run anything in \(bundle)", remedy: "export it with --target coreml")
            }
            return Case(bundle: opened, choice: choice, threads: threads, asked: "in the app")
        }.value
    }
}
