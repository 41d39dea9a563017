// developer.apple.com/documentation/coreai: AIModel, InferenceFunction, NDArray, SpecializationOptions.
import Foundation

public enum ComputeUnitKind: Sendable { case cpu, gpu, neuralEngine }

public struct SpecializationOptions: Sendable {
    public static let `default` = SpecializationOptions(preferredComputeUnitKind: .cpu)
    public static let cpuOnly = SpecializationOptions(preferredComputeUnitKind: .cpu)
    public init(preferredComputeUnitKind: ComputeUnitKind) { fatalError() }
}

public struct AIModel: Sendable {
    public init(contentsOf url: URL, options: SpecializationOptions = .default) async throws { fatalError() }
    public func loadFunction(named functionName: String) throws -> InferenceFunction? { fatalError() }
}

public struct InferenceFunction: Sendable {
    public func run(inputs: [String: NDArray]) async throws -> Outputs { fatalError() }

    public struct Outputs {
        public mutating func remove(_ name: String) -> InferenceValue? { fatalError() }
    }
}

public struct InferenceValue {
    public var ndArray: NDArray? { fatalError() }
}

public struct NDArray {
    public enum ScalarType: Sendable { case float16, float32, int32 }
    public init(shape: [Int], scalarType: ScalarType) { fatalError() }
    public var scalarType: ScalarType { fatalError() }
    public func view<T: BitwiseCopyable>(as type: T.Type = T.self) -> View<T> { fatalError() }
    public mutating func mutableView<T: BitwiseCopyable>(as type: T.Type = T.self) -> MutableView<T> { fatalError() }

    public struct View<Element: BitwiseCopyable> {
        public func withUnsafePointer<R>(_ body: (UnsafePointer<Element>, [Int], [Int]) throws -> R) rethrows -> R { fatalError() }
    }
    public struct MutableView<Element: BitwiseCopyable> {
        public mutating func copyElements(fromContentsOf elements: some Collection<Element>) { fatalError() }
    }
}
