import CloFormerKit
import Foundation

/// Every test of a bundle that this phone can run.
enum SelfTest {
    struct Result: Identifiable, Sendable {
        let name: String
        let outcome: Swift.Result<Finding, Failure>

        var id: String { name }
    }

    struct Finding: Sendable {
        let text: String

        /// Whether the test passed; nil if the precision has no bounds.
        let passed: Bool?
    }

    /// Run one test after the other, and return each result as soon as it is available.
    static func run(bundleNamed name: String) -> AsyncStream<Result> {
        AsyncStream { continuation in
            let work = Task.detached {
                do {
                    let bundle = try AppState.library.bundle(named: name)
                    continuation.yield(Result(name: "Preprocessing", outcome: attempt { try preprocessing(bundle) }))
                    for choice in Choice.all(in: bundle, kinds: Engines.all) where !Task.isCancelled {
                        continuation.yield(
                            await test(Case(bundle: bundle, choice: choice, threads: 1, asked: "in the app")))
                    }
                } catch {
                    continuation.yield(Result(name: name, outcome: .failure(asFailure(error))))
                }
                continuation.finish()
            }
            continuation.onTermination = { _ in work.cancel() }
        }
    }

    private static func test(_ subject: Case) async -> Result {
        do {
            let replay = try await replayGolden(subject, in: subject.choice.kind.open(subject.prepare()))
            let lines = replay.outputs.map { "\($0.name): \(text($0.parity))" }
            let finding = Finding(text: lines.joined(separator: "\n"), passed: replay.passed)
            return Result(name: subject.title, outcome: .success(finding))
        } catch {
            return Result(name: subject.title, outcome: .failure(asFailure(error)))
        }
    }

    /// Check that the golden images become the golden inputs, within 1 of 255.
    private static func preprocessing(_ bundle: ModelBundle) throws -> Finding {
        let wanted = try bundle.goldenInputs()
        let contract = bundle.manifest.preprocessing
        var largest: Float = 0
        for (index, image) in bundle.manifest.golden.images.enumerated() {
            let decoded = try decodeImage(try Data(contentsOf: bundle.verifiedImage(image)))
            let found = try preprocess(decoded, with: contract)
            let differences = zip(found.values, wanted.row(index).values).map { abs($0 - $1) * 255 }
            largest = max(largest, differences.max() ?? 0)
        }
        let text = "\(bundle.manifest.golden.images.count) images, largest difference \(Int(largest.rounded())) of 255"
        return Finding(text: text, passed: largest < 1.5)
    }

    private static func text(_ parity: Parity) -> String {
        let cosine = parity.cosine.formatted(.number.precision(.fractionLength(6)))
        let largest = parity.maxAbs.formatted(.number.notation(.scientific))
        let differences = "largest difference \(largest), cosine \(cosine)"
        guard parity.decided > 0 else { return differences }
        return "\(differences), top-1 \(parity.top1Agreement.formatted(.percent)) of \(parity.decided) decided"
    }

    private static func attempt(_ work: () throws -> Finding) -> Swift.Result<Finding, Failure> {
        Swift.Result(catching: work).mapError(asFailure)
    }
}
