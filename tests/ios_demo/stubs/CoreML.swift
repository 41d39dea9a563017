// developer.apple.com/documentation/coreml: MLModel, MLFeatureValue, MLShapedArray, MLComputePlan, MLModelStructure.
// None of the classes is Sendable, which is stricter than or equal to Apple's annotations.
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
    public convenience init(multiArray value: MLMultiArray) { fatalError() }
    public convenience init(pixelBuffer value: CVPixelBuffer) { fatalError() }
    open var multiArrayValue: MLMultiArray? { fatalError() }
}

open class MLDictionaryFeatureProvider: NSObject, MLFeatureProvider {
    public init(dictionary: [String: Any]) throws { fatalError() }
    open var featureNames: Set<String> { fatalError() }
    open func featureValue(for featureName: String) -> MLFeatureValue? { fatalError() }
}

public protocol MLShapedArrayScalar {}
extension Float: MLShapedArrayScalar {}

public struct MLShapedArray<Scalar: MLShapedArrayScalar> {
    public init(converting multiArray: MLMultiArray) { fatalError() }
    public init<S: Sequence>(scalars: S, shape: [Int]) where S.Element == Scalar { fatalError() }
    public var shape: [Int] { fatalError() }
    public var scalars: [Scalar] { fatalError() }
}

open class MLMultiArray: NSObject {
    public convenience init<Scalar>(_ shapedArray: MLShapedArray<Scalar>) { fatalError() }
}

open class MLModel: NSObject {
    open class func compileModel(at modelURL: URL) async throws -> URL { fatalError() }
    open class func load(contentsOf url: URL, configuration: MLModelConfiguration = .init()) async throws -> MLModel { fatalError() }
    open func prediction(from input: any MLFeatureProvider) throws -> any MLFeatureProvider { fatalError() }
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

public final class MLComputePlan {
    public static func load(contentsOf url: URL, configuration: MLModelConfiguration) async throws -> MLComputePlan { fatalError() }
    public let modelStructure: MLModelStructure
    public func deviceUsage(for operation: MLModelStructure.Program.Operation) -> DeviceUsage? { fatalError() }
    public struct DeviceUsage {
        public let preferred: MLComputeDevice
        public let supported: [MLComputeDevice]
    }
    init() { fatalError() }
}
