/// `manifest.json`: everything an app needs to know about a bundle. Its schema is docs/schemas/manifest.schema.json.
public struct Manifest: Codable, Equatable, Sendable {
    /// The only version of the schema that this code reads.
    public static let supportedVersion = 1

    public let schemaVersion: Int
    public let model: ModelFacts
    public let preprocessing: Preprocessing

    /// The rules for decoding boxes from a detector's outputs; nil for other tasks.
    public let boxes: BoxCoding?

    public let labelsFile: String
    public let labelsSha256: String
    public let golden: GoldenFacts
    public let artifacts: [ArtifactFacts]
}

/// The network that a bundle contains.
public struct ModelFacts: Codable, Equatable, Sendable {
    public let family: String
    public let variant: String
    public let task: Task

    /// The number of classes; 0 for features.
    public let numClasses: Int

    public let parameters: Int
    public let weights: Weights

    /// The task, which defines what the outputs mean. A manifest with a task that is not listed here is rejected.
    public enum Task: String, Codable, Sendable {
        case classification, features, segmentation, detection
    }

    /// The origin of the weights.
    public struct Weights: Codable, Equatable, Sendable {
        public let name: String
        public let source: String
        public let sha256: String
    }
}

/// The steps that turn an image into the network's input; see `preprocess(_:with:)`.
public struct Preprocessing: Codable, Equatable, Sendable {
    /// The height and width that the resized image must cover.
    public let resize: [Int]

    /// The height and width of the central crop.
    public let crop: [Int]

    public let interpolation: Interpolation
    public let antialias: Bool
    public let colorOrder: ColorOrder
    public let mean: [Float]
    public let std: [Float]

    public enum Interpolation: String, Codable, Sendable {
        case bicubic
    }
}

public enum ColorOrder: String, Codable, Sendable {
    case rgb = "RGB"
}

/// One exported file, or folder, of a bundle.
public struct ArtifactFacts: Codable, Equatable, Sendable {
    /// The name within the bundle.
    public let file: String

    /// The file's suffix: `onnx`, `mlpackage`, `pte`, `aimodel`, ...
    public let format: String

    /// The hash of the file, or of a folder: over its files' sorted relative names and hashes.
    public let sha256: String

    public let bytes: Int
    public let target: String
    public let backend: String?
    public let precision: String

    /// The form of the network, a set of exact rewrites.
    public let form: String

    public let input: InputFacts
    public let outputs: [OutputFacts]

    /// The oldest system that loads it, such as `iOS 17`.
    public let minimumOs: String?

    /// The Core ML compute units that an app should request.
    public let computeUnits: String?

    /// All outputs except boxes: this app decodes boxes itself, by the same rules in every runtime.
    public var networkOutputs: [OutputFacts] { outputs.filter { $0.kind != .boxes } }
}

/// The input that an artifact expects.
public struct InputFacts: Codable, Equatable, Sendable {
    public let name: String
    public let kind: Kind

    /// The shape N, 3, H, W; N is nil if any batch size is accepted.
    public let shape: [Int?]

    public let dtype: ElementType
    public let colorOrder: ColorOrder

    /// The range of the pixels before normalization; nil if the caller normalizes them.
    public let valueRange: [Float]?

    /// Whether the artifact subtracts the mean and divides by the standard deviation.
    public let normalizationInGraph: Bool

    public enum Kind: String, Codable, Sendable {
        case tensor
        /// The format's own type for 8-bit pixels, as in Core ML.
        case image
    }

    public enum ElementType: String, Codable, Sendable {
        case float32
        case uint8
    }
}

/// One output of an artifact.
public struct OutputFacts: Codable, Equatable, Sendable {
    public let name: String
    public let kind: Kind

    /// The shape, with the batch or the objects first; a length is nil if it is not fixed.
    public let shape: [Int?]

    public let dtype: InputFacts.ElementType

    /// The kind of an output, which defines its meaning. A manifest with a kind that is not listed here is rejected.
    public enum Kind: String, Codable, Sendable {
        /// Class logits, before the softmax: (N, classes).
        case logits

        /// A feature map of a stage of the backbone: (N, C, H, W).
        case featureMap = "feature_map"

        /// Class logits of each pixel: (N, classes, H, W).
        case classMap = "class_map"

        /// Class logits of each anchor, before the sigmoid: (N, anchors, classes).
        case classLogits = "class_logits"

        /// Box deltas of each anchor: (N, anchors, 4).
        case boxDeltas = "box_deltas"

        /// Boxes that the graph decoded from the last two: (objects, 6), the corners, the score and the class.
        case boxes

        /// The dimension of the classes; nil if there are no classes.
        var classAxis: Int? {
            switch self {
            case .logits, .classMap: 1
            case .classLogits: 2
            case .featureMap, .boxDeltas, .boxes: nil
            }
        }
    }
}

/// Stored inputs and reference outputs that every app can compare its own outputs with.
public struct GoldenFacts: Codable, Equatable, Sendable {
    public let images: [File]

    /// The preprocessed images in [0, 1], before normalization.
    public let inputs: TensorFile

    /// The reference's outputs for these images, by name.
    public let outputs: [String: TensorFile]

    public struct File: Codable, Equatable, Sendable {
        public let file: String
        public let sha256: String
    }

    /// A file of raw little-endian float32 values, row by row.
    public struct TensorFile: Codable, Equatable, Sendable {
        public let file: String
        public let sha256: String
        public let shape: [Int]
        public let dtype: InputFacts.ElementType
        public let byteOrder: ByteOrder
    }

    public enum ByteOrder: String, Codable, Sendable {
        case little
    }
}
