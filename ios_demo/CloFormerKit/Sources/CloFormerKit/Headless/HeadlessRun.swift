import Foundation

/// One case, asked for in a file and answered in files: what `cloformer-bench ios` drives. ios_demo/README.md has the protocol.
public struct HeadlessRun: Sendable {
    /// Where the request lies, and where the answers go.
    public let folder: URL
    public let library: BundleLibrary
    public let kinds: [EngineKind]
    public let measure: Measure

    public init(folder: URL, library: BundleLibrary, kinds: [EngineKind], measure: Measure) {
        self.folder = folder
        self.library = library
        self.kinds = kinds
        self.measure = measure
    }

    /// How a run ended; written last, so that whoever waits for it knows that the records are whole.
    public struct Outcome: Codable, Equatable, Sendable {
        public let exitCode: Int
        public let message: String
    }

    /// Do what `NAME.json` asks for: append records to `NAME.jsonl`, then write `NAME.outcome.json`.
    public func run(_ name: String) async -> Outcome {
        let outcome = await perform(name)
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        if let json = try? encoder.encode(outcome) {
            try? json.write(to: folder.appendingPathComponent("\(name).outcome.json"), options: .atomic)
        }
        return outcome
    }

    private func perform(_ name: String) async -> Outcome {
        do {
            let file = folder.appendingPathComponent("\(name).json")
            guard let json = try? Data(contentsOf: file) else {
                throw Failure("there is no \(name).json in the app's folder")
            }
            let request = try Request(json: json)
            let subject = try Case(request, bundle: try library.bundle(named: request.bundle), kinds: kinds)
            let record = try await measure.run(subject)
            try Journal(url: folder.appendingPathComponent("\(name).jsonl")).append(record)
            if let failure = record.failure { return Outcome(exitCode: Self.failed, message: failure) }
            if record.selfTest?.passed == false {
                return Outcome(exitCode: Self.parityFailed, message: "the golden vectors are not met")
            }
            return Outcome(exitCode: 0, message: "done")
        } catch let failure as Failure {
            return Outcome(exitCode: Self.badInput, message: failure.description)
        } catch {
            return Outcome(exitCode: Self.interrupted, message: "interrupted")
        }
    }

    // The exit codes of the project's commands.
    private static let badInput = 4
    private static let failed = 5
    private static let parityFailed = 6
    private static let interrupted = 130
}
