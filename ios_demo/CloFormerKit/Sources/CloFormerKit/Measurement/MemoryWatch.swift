/// Looks every millisecond at what the process holds, until it is asked for the most that it saw.
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

    /// Stop, and return the largest number of bytes.
    func peak() async -> Int {
        let now = surroundings.memory?.bytes ?? 0
        watching.cancel()
        return max(await watching.value, now)
    }
}
