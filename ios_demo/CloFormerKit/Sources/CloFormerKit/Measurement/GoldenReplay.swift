/// The result of replaying the golden vectors: the parity of each output with the reference's.
public struct GoldenReplay: Sendable {
    /// The results of the outputs, in the manifest's order.
    public let outputs: [Output]

    public struct Output: Sendable {
        public let name: String
        public let parity: Parity
    }

    /// Whether every output is close enough; nil if the precision has no bounds.
    public var passed: Bool? {
        let verdicts = outputs.map(\.parity.passed)
        if verdicts.contains(false) { return false }
        return verdicts.contains(nil) ? nil : true
    }

    /// The worst results of all outputs; nil if the precision has no bounds.
    public var verdict: SelfTestVerdict? {
        guard let passed else { return nil }
        let parities = outputs.map(\.parity)
        let largest = parities.map { $0.maxAbs.isFinite ? $0.maxAbs : .greatestFiniteMagnitude }.max()
        return SelfTestVerdict(
            images: parities.first?.images ?? 0, maxAbs: largest ?? 0,
            top1Agreement: parities.map(\.top1Agreement).min() ?? 1, passed: passed)
    }
}

/// Run the golden inputs and compare every output with the reference's.
///
/// - Throws: `Failure` if the golden vectors are damaged or the runtime fails.
public func replayGolden(_ subject: Case, in engine: any Engine) async throws -> GoldenReplay {
    let inputs = try subject.bundle.goldenInputs()
    let facts = subject.artifact.networkOutputs
    var found = [[Float]](repeating: [], count: facts.count)
    for index in 0..<inputs.shape[0] {
        try Task.checkCancellation()
        let given = try await engine.inference(on: inputs.row(index))()
        for (place, output) in facts.enumerated() {
            found[place] += try subject.artifact.output(output, in: given).values
        }
    }
    return GoldenReplay(
        outputs: try zip(facts, found).map { output, values in
            let reference = try subject.bundle.goldenOutput(named: output.name)
            let parity = try Parity(
                reference: reference, outputs: Tensor(shape: reference.shape, values: values),
                precision: subject.artifact.precision, kind: output.kind)
            return GoldenReplay.Output(name: output.name, parity: parity)
        })
}
