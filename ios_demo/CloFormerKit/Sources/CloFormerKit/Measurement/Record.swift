import Foundation

/// One line of a file of measurements; the published schema is docs/schemas/measurement.schema.json.
///
/// A line may hold part of a case, such as its memory alone: lines with the same `case` are joined by whoever reads them.
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

/// Who measured.
public struct ToolFacts: Codable, Equatable, Sendable {
    public let name: String
    public let version: String

    /// What was asked for, so that it can be repeated.
    public let request: String
}

/// What the case ran on; nothing that tells one owner's device from another's.
public struct DeviceFacts: Codable, Equatable, Sendable {
    public let kind: Kind
    public let manufacturer: String?

    /// Such as `iPhone14,5`.
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

/// Who executed.
public struct RuntimeFacts: Codable, Equatable, Sendable {
    public let name: String
    public let version: String
    public let backend: String

    /// CPU threads; nil where the runtime decides.
    public let threads: Int?

    /// The schema wants `threads` even where it is null, which the derived code would leave out.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(name, forKey: .name)
        try values.encode(version, forKey: .version)
        try values.encode(backend, forKey: .backend)
        try values.encode(threads, forKey: .threads)
    }
}

/// What was run.
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

    /// How many operators each executor takes.
    public struct Delegation: Codable, Equatable, Sendable {
        public let operators: [String: Int]
    }
}

/// Which network.
public struct MeasuredModel: Codable, Equatable, Sendable {
    public let family: String
    public let variant: String
    public let task: ModelFacts.Task
    public let numClasses: Int?
    public let weights: String
    public let parameters: Int?
}

/// What was fed: the bundle's first golden input.
public struct InputUsed: Codable, Equatable, Sendable {
    public let shape: [Int]
    public let dtype: InputFacts.ElementType
    public let content: Content

    public enum Content: String, Codable, Sendable {
        case golden
    }
}

/// How it was measured.
public struct MeasurementProtocol: Codable, Equatable, Sendable {
    public let name: Name
    public let repeats: Int

    /// Inferences before the samples of each repeat.
    public let warmUp: Int

    /// Of each repeat, at least.
    public let samples: Int

    /// That the samples of each repeat take together, at least.
    public let seconds: Double

    public enum Name: String, Codable, Sendable {
        case `default`, rigorous, custom
    }

    /// 3 repeats of 10 and 50 inferences.
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

    /// In order, one an inference.
    public let samplesNs: [Int]

    /// Before the first sample and after each; nil where the system does not tell.
    public let thermal: [ThermalState]?
    public let interference: Interference
}

/// From the file to an engine that is ready to run.
public struct LoadTimes: Codable, Equatable, Sendable {
    /// The first in this repeat.
    public let coldNs: Int

    /// The second, after the first was closed.
    public let warmNs: Int
    public let fileCache: FileCache

    public enum FileCache: String, Codable, Sendable {
        case asItWas = "as it was"
    }
}

/// What else the device did, as far as the system tells.
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

/// How hot the system says that it is.
public enum ThermalState: String, Codable, Sendable {
    case nominal, fair, serious, critical
}

/// From a pass of its own, without timing.
public struct MemoryUse: Codable, Equatable, Sendable {
    public let peakBytes: Int
    public let beforeBytes: Int
    public let method: String
}

/// The golden vectors replayed.
public struct SelfTestVerdict: Codable, Equatable, Sendable {
    public let images: Int
    public let maxAbs: Double
    public let top1Agreement: Double
    public let passed: Bool
}
