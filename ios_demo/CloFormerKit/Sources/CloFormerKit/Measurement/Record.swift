import Foundation

/// One line of a file of measurements; the published schema is docs/schemas/measurement.schema.json.
///
/// A line may contain part of a case, such as only its memory: readers join lines with the same `case`.
public struct Record: Codable, Equatable, Sendable {
    public let schemaVersion: Int
    public let `case`: String
    public let tool: ToolFacts
    public let device: DeviceFacts
    public let runtime: RuntimeFacts
    public let artifact: MeasuredArtifact
    public let model: MeasuredModel
    public let input: InputUsed
    public let `protocol`: MeasurementProtocol
    public var repeats: [Repeat] = []
    public var summary: Summary?
    public var memory: MemoryUse?
    public var selfTest: SelfTestVerdict?
    public var failure: String?
}

/// The tool that measured.
public struct ToolFacts: Codable, Equatable, Sendable {
    public let name: String
    public let version: String

    /// The request, so that the measurement can be repeated.
    public let request: String
}

/// The device that the case ran on, without anything that identifies its owner.
public struct DeviceFacts: Codable, Equatable, Sendable {
    public let kind: Kind
    public let manufacturer: String?

    /// The model, such as `iPhone14,5`.
    public let model: String
    public let soc: String?
    public let os: String
    public let osVersion: String
    public let osBuild: String?
    public let cores: Int
    public let memoryBytes: Int?

    public enum Kind: String, Codable, Sendable {
        case phone, tablet, computer, simulator
    }

    public init(
        kind: Kind, manufacturer: String?, model: String, soc: String?, os: String, osVersion: String, osBuild: String?,
        cores: Int, memoryBytes: Int?
    ) {
        self.kind = kind
        self.manufacturer = manufacturer
        self.model = model
        self.soc = soc
        self.os = os
        self.osVersion = osVersion
        self.osBuild = osBuild
        self.cores = cores
        self.memoryBytes = memoryBytes
    }
}

/// The runtime and backend that executed the case.
public struct RuntimeFacts: Codable, Equatable, Sendable {
    public let name: String
    public let version: String
    public let backend: String

    /// The number of CPU threads; nil if the runtime decides.
    public let threads: Int?

    /// Encode `threads` even if it is null, as the schema requires; the derived code would omit it.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(name, forKey: .name)
        try values.encode(version, forKey: .version)
        try values.encode(backend, forKey: .backend)
        try values.encode(threads, forKey: .threads)
    }
}

/// The artifact that was run.
public struct MeasuredArtifact: Codable, Equatable, Sendable {
    public let file: String
    public let sha256: String
    public let bytes: Int
    public let bundle: String?
    public let target: String
    public let backend: String?
    public let precision: String
    public let form: String?
    public let delegation: Delegation?

    /// The number of operators per executor.
    public struct Delegation: Codable, Equatable, Sendable {
        public let operators: [String: Int]
    }
}

/// The network that was run.
public struct MeasuredModel: Codable, Equatable, Sendable {
    public let family: String
    public let variant: String
    public let task: ModelFacts.Task
    public let numClasses: Int?
    public let weights: String
    public let parameters: Int?
}

/// The input that was used: the bundle's first golden input.
public struct InputUsed: Codable, Equatable, Sendable {
    public let shape: [Int]
    public let dtype: InputFacts.ElementType
    public let content: Content

    public enum Content: String, Codable, Sendable {
        case golden
    }
}

/// The measurement protocol.
public struct MeasurementProtocol: Codable, Equatable, Sendable {
    public let name: Name
    public let repeats: Int

    /// The number of inferences before the samples of each repeat.
    public let warmUp: Int

    /// The minimum number of samples of each repeat.
    public let samples: Int

    /// The minimum total time of each repeat's samples.
    public let seconds: Double

    public enum Name: String, Codable, Sendable {
        case `default`, rigorous, custom
    }

    /// The default: 3 repeats of 10 warm-up inferences and 50 samples.
    public static let `default` = MeasurementProtocol(name: .default, repeats: 3, warmUp: 10, samples: 50)

    init(name: Name, repeats: Int, warmUp: Int, samples: Int, seconds: Double = 0) {
        self.name = name
        self.repeats = repeats
        self.warmUp = warmUp
        self.samples = samples
        self.seconds = seconds
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            name: try values.decode(Name.self, forKey: .name), repeats: try values.decode(Int.self, forKey: .repeats),
            warmUp: try values.decode(Int.self, forKey: .warmUp),
            samples: try values.decode(Int.self, forKey: .samples),
            seconds: try values.decodeIfPresent(Double.self, forKey: .seconds) ?? 0)
    }
}

/// One uninterrupted series of samples.
public struct Repeat: Codable, Equatable, Sendable {
    public let index: Int
    public let started: Date
    public let load: LoadTimes
    public let firstInferenceNs: Int

    /// The duration of each inference, in order.
    public let samplesNs: [Int]

    /// The states before the first sample and after each; nil if the system does not report them.
    public let thermal: [ThermalState]?
    public let interference: Interference
}

/// The times from the file to an engine that is ready to run.
public struct LoadTimes: Codable, Equatable, Sendable {
    /// The first load in this repeat.
    public let coldNs: Int

    /// The second load, after the first engine was closed.
    public let warmNs: Int
    public let fileCache: FileCache

    public enum FileCache: String, Codable, Sendable {
        case asItWas = "as it was"
    }
}

/// What else the device was doing, as far as the system reports it.
public struct Interference: Codable, Equatable, Sendable {
    public var batteryPercent: Double?
    public var charging: Bool?
    public var lowPowerMode: Bool?

    public init(batteryPercent: Double? = nil, charging: Bool? = nil, lowPowerMode: Bool? = nil) {
        self.batteryPercent = batteryPercent
        self.charging = charging
        self.lowPowerMode = lowPowerMode
    }
}

/// The thermal state that the system reports.
public enum ThermalState: String, Codable, Sendable {
    case nominal, fair, serious, critical
}

/// The memory, measured in a separate pass without timing.
public struct MemoryUse: Codable, Equatable, Sendable {
    public let peakBytes: Int
    public let beforeBytes: Int
    public let method: String
}

/// The results of replaying the golden vectors.
public struct SelfTestVerdict: Codable, Equatable, Sendable {
    public let images: Int
    public let maxAbs: Double
    public let top1Agreement: Double
    public let passed: Bool
}
