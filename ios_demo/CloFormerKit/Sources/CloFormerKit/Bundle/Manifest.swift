/// `manifest.json`: all that an app needs to know of a bundle. The published schema is docs/schemas/manifest.schema.json.
public struct Manifest: Codable, Equatable, Sendable {
    /// The one version of the schema that this code reads.
    public static let supportedVersion = 1

    public let schemaVersion: Int
    public let model: ModelFacts
    public let preprocessing: Preprocessing

    /// How boxes are read from a detector's outputs; nil for other tasks.
    public let boxes: BoxCoding?

    public let labelsFile: String
    public let labelsSha256: String
    public let golden: GoldenFacts
    public let artifacts: [ArtifactFacts]
}

/// Which network a bundle holds.
public struct ModelFacts: Codable, Equatable, Sendable {
    public let family: String
    public let variant: String
    public let task: Task

    /// 0 for features.
    public let numClasses: Int

    public let parameters: Int
    public let weights: Weights

    /// What the outputs mean. A task that is not listed here is refused when the manifest is read.
    public enum Task: String, Codable, Sendable {
        case classification, features, segmentation, detection
    }

    /// Where the weights come from.
    public struct Weights: Codable, Equatable, Sendable {
        public let name: String
        public let source: String
        public let sha256: String
    }
}

/// How an image becomes the network's input; see `preprocess(_:with:)`.
public struct Preprocessing: Codable, Equatable, Sendable {
    /// Height and width that the resized image must cover.
    public let resize: [Int]

    /// Height and width of what is cut out of the center.
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
    /// Name within the bundle.
    public let file: String

    /// The file's suffix: `onnx`, `mlpackage`, `pte`, `aimodel`, ...
    public let format: String

    /// Of the file; of a folder, over its files' sorted relative names and contents.
    public let sha256: String

    public let bytes: Int
    public let target: String
    public let backend: String?
    public let precision: String

    /// Which exact rewrites of the network it was made with.
    public let form: String

    public let input: InputFacts
    public let outputs: [OutputFacts]

    /// Oldest system that loads it, such as `iOS 17`.
    public let minimumOs: String?

    /// Which of Core ML's compute units an app should ask for.
    public let computeUnits: String?

    /// All outputs but boxes: this app reads them itself, by the same rules in every runtime.
    public var networkOutputs: [OutputFacts] { outputs.filter { $0.kind != .boxes } }
}

/// What an artifact takes.
public struct InputFacts: Codable, Equatable, Sendable {
    public let name: String
    public let kind: Kind

    /// N, 3, H, W; N is nil where any batch is taken.
    public let shape: [Int?]

    public let dtype: ElementType
    public let colorOrder: ColorOrder

    /// Of the pixels before normalization; nil where the caller normalizes.
    public let valueRange: [Float]?

    /// Whether the artifact subtracts the mean and divides by the standard deviation.
    public let normalizationInGraph: Bool

    public enum Kind: String, Codable, Sendable {
        case tensor
        /// A type of the format's own for 8-bit pixels, as Core ML has one.
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

    /// The batch, or the objects, first; it is nil where there may be any number.
    public let shape: [Int?]

    public let dtype: InputFacts.ElementType

    /// How to read an output. A kind that is not listed here is refused when the manifest is read.
    public enum Kind: String, Codable, Sendable {
        /// A score for each class, before any softmax: (N, classes).
        case logits

        /// What a stage of the backbone says of each place: (N, C, H, W).
        case featureMap = "feature_map"

        /// Logits of each pixel: (N, classes, H, W).
        case classMap = "class_map"

        /// Logits of each anchor, before a sigmoid: (N, anchors, classes).
        case classLogits = "class_logits"

        /// How each anchor moves: (N, anchors, 4).
        case boxDeltas = "box_deltas"

        /// What a graph read from the last two itself: (objects, 6), the corners, the score and the class.
        case boxes

        /// Which dimension the classes are; nil where there are none.
        var classAxis: Int? {
            switch self {
            case .logits, .classMap: 1
            case .classLogits: 2
            case .featureMap, .boxDeltas, .boxes: nil
            }
        }
    }
}

/// Stored inputs and reference outputs that every app replays.
public struct GoldenFacts: Codable, Equatable, Sendable {
    public let images: [File]

    /// The preprocessed images in [0, 1], before normalization.
    public let inputs: TensorFile

    /// What the reference gives for them, by the output's name.
    public let outputs: [String: TensorFile]

    public struct File: Codable, Equatable, Sendable {
        public let file: String
        public let sha256: String
    }

    /// Raw little-endian float32 values, row by row.
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
