import Foundation

/// The status of a request: `results/ID.status.json`, replaced atomically whenever it changes.
public struct Status: Codable, Equatable, Sendable {
    public var schemaVersion = 1
    public var state: State
    public var step = ""

    /// The number of lines of `results/ID.jsonl`, and its hash, once the file is complete.
    public var lines = 0
    public var sha256: String?

    /// The reason why the request, or one of its cases, failed.
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

    /// One way to run a bundle, which a request can select.
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
