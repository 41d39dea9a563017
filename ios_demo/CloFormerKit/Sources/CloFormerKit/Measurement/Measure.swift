import Foundation

/// Runs cases and records them; a failure of a runtime is also a record.
public struct Measure: Sendable {
    public let surroundings: any Surroundings
    public let tool: (name: String, version: String)

    /// A function that is called with the progress of a case, from 0 to 1.
    public typealias Progress = @Sendable (Double) async -> Void

    public init(surroundings: any Surroundings, tool: (name: String, version: String)) {
        self.surroundings = surroundings
        self.tool = tool
    }

    /// Time all repeats of a case.
    ///
    /// - Throws: `CancellationError` if the task was cancelled.
    public func benchmark(_ subject: Case, progress: @escaping Progress = { _ in }) async throws -> Record {
        let count = subject.protocol.repeats
        var record = try await take(repeat: 0, of: subject) { await progress($0 / Double(count)) }
        for index in 1..<count where record.failure == nil {
            let next = try await take(repeat: index, of: subject) {
                await progress((Double(index) + $0) / Double(count))
            }
            record.repeats += next.repeats
            record.failure = next.failure
        }
        record.summary = Summary(repeats: record.repeats.map(\.samplesNs))
        return record
    }

    /// Open the artifact twice, warm up, and time the inferences of one repeat.
    ///
    /// - Throws: `CancellationError` if the task was cancelled.
    public func take(
        repeat index: Int, of subject: Case, progress: @escaping Progress = { _ in }
    ) async throws -> Record {
        try await recordingFailures(subject) {
            let image = try subject.bundle.goldenInputs().row(0)
            let request = try await subject.prepare()
            let open = subject.choice.kind.open
            let started = Date()
            let cold = try await timed { _ = try await open(request) }
            let (engine, warm) = try await timing { try await open(request) }
            let timer = SampleTimer(inference: try engine.inference(on: image), surroundings: surroundings)
            let warmUp = try await timer.take(max(subject.protocol.warmUp, 1))
            let samples = try await timer.take(
                subject.protocol.samples, seconds: subject.protocol.seconds, progress: progress)
            var record = await self.record(of: subject, opened: request)
            record.repeats = [
                Repeat(
                    index: index, started: started,
                    load: LoadTimes(coldNs: cold, warmNs: warm, fileCache: .asItWas),
                    firstInferenceNs: warmUp.nanoseconds[0], samplesNs: samples.nanoseconds, thermal: samples.thermal,
                    interference: await surroundings.interference)
            ]
            record.summary = Summary(repeats: [samples.nanoseconds])
            return record
        }
    }

    /// Replay the golden vectors.
    ///
    /// - Throws: `CancellationError` if the task was cancelled.
    public func selfTest(_ subject: Case) async throws -> Record {
        try await recordingFailures(subject) {
            let request = try await subject.prepare()
            let replay = try await replayGolden(subject, in: subject.choice.kind.open(request))
            var record = await self.record(of: subject, opened: request)
            record.selfTest = replay.verdict
            if replay.verdict == nil {
                record.failure = "\(subject.artifact.precision) has no bounds for golden vectors"
            }
            return record
        }
    }

    /// Measure the peak memory while the artifact is opened and run.
    ///
    /// - Throws: `CancellationError` if the task was cancelled.
    public func memory(of subject: Case) async throws -> Record {
        try await recordingFailures(subject) {
            guard let before = surroundings.memory else {
                throw Failure("this system does not report a process's memory")
            }
            let image = try subject.bundle.goldenInputs().row(0)
            let request = try await subject.prepare()
            let watch = MemoryWatch(surroundings)
            let engine = try await subject.choice.kind.open(request)
            let inference = try engine.inference(on: image)
            for _ in 0..<3 { _ = try await inference() }
            let peak = await watch.peak()
            var record = await self.record(of: subject, opened: request)
            record.memory = MemoryUse(
                peakBytes: peak, beforeBytes: before.bytes, method: "\(before.method), every millisecond")
            return record
        }
    }

    private func record(of subject: Case, opened request: EngineRequest?) async -> Record {
        var placement: [String: Int]?
        if let request { placement = await subject.choice.kind.placement(request) }
        return subject.record(by: tool, on: surroundings.device, placement: placement)
    }

    private func recordingFailures(_ subject: Case, _ work: () async throws -> Record) async throws -> Record {
        do {
            return try await work()
        } catch let failure as Failure {
            // Lines of one case must have the same placement, so that a failure is joined with earlier measurements.
            var record = await record(of: subject, opened: try? subject.prepare())
            record.failure = failure.description
            return record
        }
    }
}
