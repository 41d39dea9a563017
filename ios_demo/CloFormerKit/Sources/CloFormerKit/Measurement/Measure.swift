import Foundation

/// Runs cases and makes records of them.
public struct Measure: Sendable {
    public let surroundings: any Surroundings
    public let tool: (name: String, version: String)

    /// How far a case has come, from 0 to 1.
    public typealias Progress = @Sendable (Double) async -> Void

    public init(surroundings: any Surroundings, tool: (name: String, version: String)) {
        self.surroundings = surroundings
        self.tool = tool
    }

    /// Do what the case's request asks for, and return the record; a runtime that fails is a record too.
    ///
    /// - Throws: `CancellationError` where the task was cancelled.
    public func run(_ subject: Case, progress: @escaping Progress = { _ in }) async throws -> Record {
        do {
            try await subject.prepare()
            return switch subject.request.kind {
            case .benchmark: try await benchmark(subject, progress)
            case .selfTest: try await selfTest(subject, progress)
            case .memory: try await memory(subject)
            }
        } catch let failure as Failure {
            var record = subject.record(by: tool, on: surroundings.device, placement: nil)
            record.failure = failure.description
            return record
        }
    }

    private func benchmark(_ subject: Case, _ progress: Progress) async throws -> Record {
        let image = try subject.bundle.golden().inputs.row(0)
        let request = subject.request
        let inferences = Double(request.repeats * (request.warmUp + request.samples))
        var done = 0.0
        var repeats: [Repeat] = []
        var last: (any Engine)?
        for index in 0..<request.repeats {
            last = nil  // the artifact is closed before it is opened again
            let started = Date()
            let (engine, load) = try await open(subject)
            let timer = SampleTimer(inference: try engine.inference(on: image), surroundings: surroundings)
            let warmUp = try await timer.take(max(request.warmUp, 1))
            let samples = try await timer.take(request.samples) { taken in
                if taken % 10 == 0 { await progress((done + Double(request.warmUp + taken)) / inferences) }
            }
            done += Double(request.warmUp + request.samples)
            repeats.append(
                Repeat(
                    index: index, started: started, load: load, firstInferenceNs: warmUp.nanoseconds[0],
                    samplesNs: samples.nanoseconds, thermal: samples.thermal,
                    interference: await surroundings.interference))
            last = engine
        }
        guard let last else { throw Failure("no repeat was asked for") }
        var record = subject.record(by: tool, on: surroundings.device, placement: last.placement)
        record.repeats = repeats
        record.summary = Summary(repeats: repeats.map(\.samplesNs))
        await progress(1)
        return record
    }

    /// Open the artifact twice, and say how long each took.
    private func open(_ subject: Case) async throws -> (any Engine, LoadTimes) {
        let cold = try await timed { _ = try await subject.open() }
        var engine: (any Engine)?
        let warm = try await timed { engine = try await subject.open() }
        guard let engine else { throw Failure("\(subject.kind.name) opened nothing") }
        return (engine, LoadTimes(coldNs: cold, warmNs: warm, fileCache: .asItWas))
    }

    private func selfTest(_ subject: Case, _ progress: Progress) async throws -> Record {
        let engine = try await subject.open()
        let parity = try await replayGolden(subject, in: engine, progress: progress)
        var record = subject.record(by: tool, on: surroundings.device, placement: engine.placement)
        record.selfTest = parity.passed.map {
            SelfTestVerdict(
                images: parity.images, maxAbs: parity.maxAbs.isFinite ? parity.maxAbs : Double.greatestFiniteMagnitude,
                top1Agreement: parity.top1Agreement, passed: $0)
        }
        if parity.passed == nil { record.failure = "\(subject.artifact.precision) has no bounds for golden vectors" }
        return record
    }

    private func memory(_ subject: Case) async throws -> Record {
        guard let before = surroundings.memory else { throw Failure("this system does not tell a process's memory") }
        let image = try subject.bundle.golden().inputs.row(0)
        let engine = try await subject.open()
        let inference = try engine.inference(on: image)
        for _ in 0..<3 { _ = try await inference() }
        var record = subject.record(by: tool, on: surroundings.device, placement: engine.placement)
        record.memory = surroundings.memory.map {
            MemoryUse(peakBytes: $0.peakBytes, beforeBytes: before.nowBytes, method: $0.method)
        }
        return record
    }
}

/// Run the golden inputs and compare the logits with the reference's.
///
/// - Throws: `Failure` where the golden vectors are damaged or the runtime fails.
public func replayGolden(
    _ subject: Case, in engine: any Engine, progress: Measure.Progress = { _ in }
) async throws -> Parity {
    let golden = try subject.bundle.golden()
    let count = golden.inputs.shape[0]
    var logits: [Float] = []
    for index in 0..<count {
        try Task.checkCancellation()
        let outputs = try await engine.inference(on: golden.inputs.row(index))()
        logits += try subject.bundle.logits(outputs, of: subject.artifact)
        await progress(Double(index + 1) / Double(count))
    }
    let outputs = Tensor(shape: golden.outputs.shape, values: logits)
    return try Parity(reference: golden.outputs, outputs: outputs, precision: subject.artifact.precision)
}

/// Times inferences: an input that is in memory, to outputs that are in memory.
private struct SampleTimer {
    let inference: Inference
    let surroundings: any Surroundings

    func take(_ count: Int, after: (Int) async -> Void = { _ in }) async throws -> (
        nanoseconds: [Int], thermal: [ThermalState]?
    ) {
        var nanoseconds: [Int] = []
        var thermal = [surroundings.thermalState]
        for taken in 1...count {
            try Task.checkCancellation()
            nanoseconds.append(try await timed { _ = try await inference() })
            thermal.append(surroundings.thermalState)
            await after(taken)
        }
        let told = thermal.compactMap { $0 }
        return (nanoseconds, told.count == thermal.count ? told : nil)
    }
}
