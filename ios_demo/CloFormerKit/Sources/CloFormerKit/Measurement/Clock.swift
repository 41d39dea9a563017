/// How long some work takes, in nanoseconds.
func timed(_ work: () async throws -> Void) async rethrows -> Int {
    let start = ContinuousClock.now
    try await work()
    return nanoseconds(since: start)
}

/// Whole nanoseconds, and never 0, which the measurement schema has no room for.
func nanoseconds(since start: ContinuousClock.Instant) -> Int {
    let (seconds, attoseconds) = (ContinuousClock.now - start).components
    return max(Int(seconds) * 1_000_000_000 + Int(attoseconds / 1_000_000_000), 1)
}
