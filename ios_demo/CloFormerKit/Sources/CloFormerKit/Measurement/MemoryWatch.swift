/// Samples the process's memory every millisecond until it is stopped, and keeps the peak.
struct MemoryWatch {
    private let watching: Task<Int, Never>
    private let surroundings: any Surroundings

    init(_ surroundings: any Surroundings) {
        self.surroundings = surroundings
        watching = Task.detached(priority: .high) {
            var peak = 0
            while !Task.isCancelled {
                peak = max(peak, surroundings.memory?.bytes ?? 0)
                try? await Task.sleep(for: .milliseconds(1))
            }
            return peak
        }
    }

    /// Stop sampling, and return the peak in bytes.
    func peak() async -> Int {
        let now = surroundings.memory?.bytes ?? 0
        watching.cancel()
        return max(await watching.value, now)
    }
}
