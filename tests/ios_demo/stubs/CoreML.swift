// developer.apple.com/documentation/coreml: MLModel, MLFeatureValue, MLShapedArray, MLComputePlan, MLModelStructure.
// None of the classes is Sendable, which is stricter than or equal to Apple's annotations.
//
// Every model here is the same: it gives its input back as logits, planes of red, green and blue for an image. That is
// enough to run the Core ML engine and to see what it feeds.
@_exported import CoreVideo
@_exported import Foundation

public enum MLComputeUnits: Int, Sendable { case cpuOnly, cpuAndGPU, all, cpuAndNeuralEngine }

open class MLModelConfiguration: NSObject {
    open var computeUnits: MLComputeUnits = .all
}

public protocol MLFeatureProvider {
    var featureNames: Set<String> { get }
    func featureValue(for featureName: String) -> MLFeatureValue?
}

open class MLFeatureValue: NSObject {
    let pixels: CVPixelBuffer?
    open var multiArrayValue: MLMultiArray?
    public init(multiArray value: MLMultiArray) { (multiArrayValue, pixels) = (value, nil) }
    public init(pixelBuffer value: CVPixelBuffer) { (multiArrayValue, pixels) = (nil, value) }
}

open class MLDictionaryFeatureProvider: NSObject, MLFeatureProvider {
    let values: [String: MLFeatureValue]
    public init(dictionary: [String: Any]) throws { values = dictionary.compactMapValues { $0 as? MLFeatureValue } }
    open var featureNames: Set<String> { Set(values.keys) }
    open func featureValue(for featureName: String) -> MLFeatureValue? { values[featureName] }
}

public protocol MLShapedArrayScalar { init(_ value: Float) }
extension Float: MLShapedArrayScalar {}

public struct MLShapedArray<Scalar: MLShapedArrayScalar> {
    public let shape: [Int]
    public let scalars: [Scalar]
    public init(converting multiArray: MLMultiArray) {
        (shape, scalars) = (multiArray.sides, multiArray.values.map { Scalar($0) })
    }
    public init<S: Sequence>(scalars: S, shape: [Int]) where S.Element == Scalar {
        (self.shape, self.scalars) = (shape, Array(scalars))
    }
}

open class MLMultiArray: NSObject {
    let sides: [Int]
    let values: [Float]
    public init(_ shapedArray: MLShapedArray<Float>) { (sides, values) = (shapedArray.shape, shapedArray.scalars) }
}

open class MLModel: NSObject {
    open class func compileModel(at modelURL: URL) async throws -> URL {
        let compiled = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).mlmodelc")
        try FileManager.default.createDirectory(at: compiled, withIntermediateDirectories: true)
        return compiled
    }

    open class func load(contentsOf url: URL, configuration: MLModelConfiguration = .init()) async throws -> MLModel {
        MLModel()
    }

    open func prediction(from input: any MLFeatureProvider) throws -> any MLFeatureProvider {
        guard let name = input.featureNames.first, let value = input.featureValue(for: name) else {
            throw CocoaError(.featureUnsupported)
        }
        let given = value.pixels.map(planes) ?? value.multiArrayValue?.values ?? []
        let logits = MLMultiArray(MLShapedArray(scalars: given, shape: [1, given.count]))
        return try MLDictionaryFeatureProvider(dictionary: ["logits": MLFeatureValue(multiArray: logits)])
    }

    private func planes(_ pixels: CVPixelBuffer) -> [Float] {
        var found: [Float] = []
        guard let bytes = CVPixelBufferGetBaseAddress(pixels) else { return found }
        for channel in 0..<3 {
            for row in 0..<CVPixelBufferGetHeight(pixels) {
                let start = row * CVPixelBufferGetBytesPerRow(pixels) + 2 - channel
                for column in 0..<CVPixelBufferGetWidth(pixels) {
                    found.append(Float(bytes.load(fromByteOffset: start + column * 4, as: UInt8.self)))
                }
            }
        }
        return found
    }
}

public enum MLComputeDevice {
    case cpu(MLCPUComputeDevice), gpu(MLGPUComputeDevice), neuralEngine(MLNeuralEngineComputeDevice)
}
public final class MLCPUComputeDevice: NSObject {}
public final class MLGPUComputeDevice: NSObject {}
public final class MLNeuralEngineComputeDevice: NSObject {}

public enum MLModelStructure {
    case neuralNetwork(NeuralNetwork), program(Program), pipeline(Pipeline), unsupported
    public struct NeuralNetwork {}
    public struct Pipeline {}
    public struct Program {
        public let functions: [String: Function]
        public struct Function { public let block: Block }
        public struct Block { public let operations: [Operation] }
        public struct Operation { public let operatorName: String }
    }
}

/// Two operators and a constant: what is asked for decides where the first one runs.
public final class MLComputePlan {
    public let modelStructure: MLModelStructure
    private let preferred: MLComputeDevice

    public static func load(contentsOf url: URL, configuration: MLModelConfiguration) async throws -> MLComputePlan {
        MLComputePlan(configuration.computeUnits)
    }

    private init(_ units: MLComputeUnits) {
        let operations = ["const", "conv", "softmax"].map { MLModelStructure.Program.Operation(operatorName: $0) }
        let main = MLModelStructure.Program.Function(block: MLModelStructure.Program.Block(operations: operations))
        modelStructure = .program(MLModelStructure.Program(functions: ["main": main]))
        preferred =
            switch units {
            case .cpuOnly: .cpu(MLCPUComputeDevice())
            case .cpuAndGPU: .gpu(MLGPUComputeDevice())
            case .all, .cpuAndNeuralEngine: .neuralEngine(MLNeuralEngineComputeDevice())
            }
    }

    public func deviceUsage(for operation: MLModelStructure.Program.Operation) -> DeviceUsage? {
        switch operation.operatorName {
        case "const": nil
        case "conv": DeviceUsage(preferred: preferred, supported: [preferred])
        default: DeviceUsage(preferred: .cpu(MLCPUComputeDevice()), supported: [])
        }
    }

    public struct DeviceUsage {
        public let preferred: MLComputeDevice
        public let supported: [MLComputeDevice]
    }
}
