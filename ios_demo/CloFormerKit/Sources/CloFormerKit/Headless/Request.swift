import Foundation

/// A request from a computer; ios_demo/README.md describes the fields. Omitted fields match everything.
public struct Request: Codable, Equatable, Sendable {
    public let schemaVersion: Int
    public let kind: Kind

    /// The name of a bundle's folder.
    public let bundle: String

    /// The runtime, such as `Core ML`.
    public let runtime: String?

    /// The backend inside the runtime, such as `cpu-ne`.
    public let backend: String?
    public let precision: String?

    /// The number of CPU threads, for runtimes that accept one.
    public let threads: Int
    public let `protocol`: MeasurementProtocol

    /// The indices of the protocol's repeats to run; nil means all, and an empty list none.
    public let repeats: [Int]?

    /// Whether to measure memory too.
    public let memory: Bool

    public enum Kind: String, Codable, Sendable {
        case benchmark
        case selfTest = "self-test"
        /// List what this device can run of the bundle.
        case inspect
    }

    /// Read a request.
    ///
    /// - Throws: `Failure` if it is not valid JSON of a request, or a value is out of range.
    public init(json: Data) throws {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do {
            self = try decoder.decode(Request.self, from: json)
        } catch let error as DecodingError {
            throw Failure("this is not a request: \(error.place)", remedy: Self.help)
        }
        guard schemaVersion == Self.supportedVersion else {
            throw Failure(
                "the request has schema version \(schemaVersion), not \(Self.supportedVersion)", remedy: Self.help)
        }
        guard isPlainName(bundle) else {
            throw Failure("the request names the bundle \"\(bundle)\", which is not a plain name", remedy: Self.help)
        }
        for (name, value, range) in [
            ("threads", threads, 1...64), ("protocol.samples", `protocol`.samples, 1...1_000_000),
            ("protocol.repeats", `protocol`.repeats, 1...1000), ("protocol.warm_up", `protocol`.warmUp, 1...1_000_000),
            ("protocol.seconds", Int(clamping: `protocol`.seconds), 0...3600),
        ] where !range.contains(value) {
            throw Failure("the request's \(name) is \(value)", remedy: "use a number in \(range)")
        }
        if let beyond = repeats?.first(where: { !(0..<`protocol`.repeats).contains($0) }) {
            throw Failure(
                "the request has repeat \(beyond) of \(`protocol`.repeats), counted from 0", remedy: Self.help)
        }
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        schemaVersion = try values.decode(Int.self, forKey: .schemaVersion)
        kind = try values.decode(Kind.self, forKey: .kind)
        bundle = try values.decode(String.self, forKey: .bundle)
        runtime = try values.decodeIfPresent(String.self, forKey: .runtime)
        backend = try values.decodeIfPresent(String.self, forKey: .backend)
        precision = try values.decodeIfPresent(String.self, forKey: .precision)
        threads = try values.decodeIfPresent(Int.self, forKey: .threads) ?? 1
        `protocol` = try values.decodeIfPresent(MeasurementProtocol.self, forKey: .protocol) ?? .default
        repeats = try values.decodeIfPresent([Int].self, forKey: .repeats)
        memory = try values.decodeIfPresent(Bool.self, forKey: .memory) ?? true
    }

    private static let supportedVersion = 1
    private static let help = "see ios_demo/README.md"
}

/// Return whether a name is that of a file or folder in the same folder, and not hidden.
func isPlainName(_ name: String) -> Bool {
    !name.isEmpty && !name.hasPrefix(".") && !name.contains { "/\\\0".contains($0) }
}

extension Int {
    fileprivate init(clamping seconds: Double) {
        self = seconds.isFinite ? Int(Swift.max(-1, Swift.min(seconds.rounded(.up), 1e6))) : -1
    }
}
