/// Return how long some work takes, in nanoseconds.
func timed(_ work: () async throws -> Void) async rethrows -> Int {
    try await timing(work).nanoseconds
}

/// Return the result of some work, and how long it takes.
func timing<Result>(_ work: () async throws -> Result) async rethrows -> (result: Result, nanoseconds: Int) {
    let start = ContinuousClock.now
    let result = try await work()
    return (result, nanoseconds(since: start))
}

/// The duration in whole nanoseconds, at least 1, because the measurement schema does not allow 0.
func nanoseconds(since start: ContinuousClock.Instant) -> Int {
    let (seconds, attoseconds) = (ContinuousClock.now - start).components
    return max(Int(seconds) * 1_000_000_000 + Int(attoseconds / 1_000_000_000), 1)
}
