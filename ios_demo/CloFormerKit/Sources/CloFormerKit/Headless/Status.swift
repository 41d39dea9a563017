import Foundation

/// How far a request is: `results/ID.status.json`, replaced as a whole whenever it changes.
public struct Status: Codable, Equatable, Sendable {
    public var schemaVersion = 1
    public var state: State
    public var step = ""

    /// Of `results/ID.jsonl`, whose contents have the hash, once nothing is added any more.
    public var lines = 0
    public var sha256: String?

    /// Why the request, or one of its cases, failed.
    public var problem: String?
    public var device: DeviceFacts?

    /// Every way to run the bundle on this device.
    public var choices: [Offer] = []

    public init(state: State = .running, problem: String? = nil) {
        self.state = state
        self.problem = problem
    }

    public enum State: String, Codable, Sendable {
        case running, done, failed, stopped
    }

    /// One way to run a bundle, as a request may ask for it.
    public struct Offer: Codable, Equatable, Sendable {
        public let runtime: String
        public let version: String
        public let backend: String
        public let precision: String
        public let file: String
    }

    /// The status as JSON.
    public var json: Data {
        get throws {
            let encoder = JSONEncoder()
            encoder.keyEncodingStrategy = .convertToSnakeCase
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return try encoder.encode(self)
        }
    }
}
