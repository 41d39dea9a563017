import CloFormerKit

/// What the person selected. Empty names stand for nothing yet.
struct Selection: Equatable, Sendable {
    var bundle = ""
    var runtime = ""
    var backend = ""
    var precision = ""

    /// For runtimes that take a number.
    var threads = 2

    func matches(_ choice: Choice, anyBackend: Bool) -> Bool {
        choice.kind.name == runtime && choice.artifact.precision == precision
            && (anyBackend || choice.backend == backend)
    }

    /// Return the case that this makes.
    ///
    /// - Throws: `Failure` where there is no bundle, or nothing in it can be run.
    func makeCase() async throws -> Case {
        guard !bundle.isEmpty else {
            throw Failure("there is no bundle to run", remedy: "copy one into the app's folder, with Finder or Files")
        }
        return try await Task.detached {
            let opened = try AppState.library.bundle(named: bundle)
            let choices = Choice.all(in: opened, kinds: Engines.all)
            guard let choice = choices.first(where: { matches($0, anyBackend: false) }) else {
                throw Failure("this app runs nothing of \(bundle)", remedy: "export it with --target coreml")
            }
            return Case(bundle: opened, choice: choice, threads: threads, asked: "in the app")
        }.value
    }
}
