// github.com/pytorch/executorch, extension/apple/ExecuTorch/Exported: Module, Tensor, Value.
import Foundation

public protocol Scalar {}
extension Float: Scalar {}

public final class Tensor<T: Scalar>: ValueConvertible {
    public init(_ scalars: [T], shape: [Int]) { fatalError() }
    public var shape: [Int] { fatalError() }
    public func scalars() -> [T] { fatalError() }
}

public protocol ValueConvertible {}

open class Value: NSObject {
    public func tensor<T: Scalar>() -> Tensor<T>? { fatalError() }
}

open class Module: NSObject {
    public init(filePath: String) { fatalError() }
    open func load(_ method: String) throws { fatalError() }
    public func forward(_ inputs: ValueConvertible...) throws -> [Value] { fatalError() }
}
