/// Times inferences, from an input in memory to outputs in memory.
struct SampleTimer {
    let inference: Inference
    let surroundings: any Surroundings

    /// Measure at least the given number of samples, for at least the given time.
    func take(
        _ count: Int, seconds: Double = 0, progress: (Double) async -> Void = { _ in }
    ) async throws -> (nanoseconds: [Int], thermal: [ThermalState]?) {
        var nanoseconds: [Int] = []
        var thermal = [surroundings.thermalState]
        var elapsed = 0.0
        while nanoseconds.count < count || elapsed < seconds {
            try Task.checkCancellation()
            let taken = try await timed { _ = try await inference() }
            nanoseconds.append(taken)
            thermal.append(surroundings.thermalState)
            elapsed += Double(taken) / 1e9
            if nanoseconds.count % Self.samplesAStep == 0 || nanoseconds.count == count {
                let done = Double(nanoseconds.count) / Double(count)
                await progress(min(done, seconds > 0 ? elapsed / seconds : 1, 1))
            }
        }
        let told = thermal.compactMap { $0 }
        return (nanoseconds, told.count == thermal.count ? told : nil)
    }

    private static let samplesAStep = 10
}
