import Foundation

/// What a headless start of the app is asked to do: one case, as JSON. ios_demo/README.md describes the fields.
public struct Request: Codable, Equatable, Sendable {
    public let kind: Kind

    /// Name of a bundle's folder.
    public let bundle: String

    /// Such as `Core ML`.
    public let runtime: String

    /// Inside the runtime; nil asks for the first one that it has for the artifact.
    public let backend: String?

    /// CPU threads; nil leaves it to the runtime.
    public let threads: Int?
    public let precision: String
    public let warmUp: Int
    public let samples: Int
    public let repeats: Int

    public enum Kind: String, Codable, Sendable {
        case benchmark
        case selfTest = "self-test"
        /// Peak memory, in a start of its own: the system tells only the most that the process ever held.
        case memory
    }

    /// The default protocol: 3 repeats of 10 and 50 inferences.
    public static let (defaultWarmUp, defaultSamples, defaultRepeats) = (10, 50, 3)

    public init(
        kind: Kind, bundle: String, runtime: String, backend: String? = nil, threads: Int? = nil, precision: String,
        warmUp: Int = defaultWarmUp, samples: Int = defaultSamples, repeats: Int = defaultRepeats
    ) {
        self.kind = kind
        self.bundle = bundle
        self.runtime = runtime
        self.backend = backend
        self.threads = threads
        self.precision = precision
        self.warmUp = warmUp
        self.samples = samples
        self.repeats = repeats
    }

    /// Read a request; the numbers of the protocol may be left out.
    ///
    /// - Throws: `Failure` where it is no such JSON, or a number is out of range.
    public init(json: Data) throws {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do {
            self = try decoder.decode(Request.self, from: json)
        } catch {
            throw Failure("the request cannot be read: \(error)", remedy: "see ios_demo/README.md for its fields")
        }
        for (name, value, range) in [
            ("warm_up", warmUp, 0...1_000_000), ("samples", samples, 1...1_000_000), ("repeats", repeats, 1...1000),
            ("threads", threads ?? 1, 1...64),
        ] where !range.contains(value) {
            throw Failure("\(name) is \(value) in the request", remedy: "give a number in \(range)")
        }
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            kind: try values.decode(Kind.self, forKey: .kind),
            bundle: try values.decode(String.self, forKey: .bundle),
            runtime: try values.decode(String.self, forKey: .runtime),
            backend: try values.decodeIfPresent(String.self, forKey: .backend),
            threads: try values.decodeIfPresent(Int.self, forKey: .threads),
            precision: try values.decode(String.self, forKey: .precision),
            warmUp: try values.decodeIfPresent(Int.self, forKey: .warmUp) ?? Self.defaultWarmUp,
            samples: try values.decodeIfPresent(Int.self, forKey: .samples) ?? Self.defaultSamples,
            repeats: try values.decodeIfPresent(Int.self, forKey: .repeats) ?? Self.defaultRepeats)
    }

    /// The request as one line of JSON, for the record.
    var json: String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    var measurementProtocol: MeasurementProtocol {
        let usual = (warmUp, samples, repeats) == (Self.defaultWarmUp, Self.defaultSamples, Self.defaultRepeats)
        return MeasurementProtocol(
            name: usual ? .default : .custom, repeats: repeats, warmUp: warmUp, samples: samples)
    }
}
