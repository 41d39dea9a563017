import COnnxRuntime
import CloFormerKit
import Foundation

/// An .onnx or .ort file in ONNX Runtime, through its C API.
public struct OnnxRuntimeEngine: Engine {
    private let session: Session
    private let request: EngineRequest

    /// The kind of engine that the app offers.
    public static let kind = EngineKind(
        name: "ONNX Runtime", version: text(OrtGetApiBase().pointee.GetVersionString()), formats: ["onnx", "ort"],
        takesThreads: true,
        backends: { _ in Provider.available.map(\.rawValue) }, open: { try OnnxRuntimeEngine($0) })

    /// Open an artifact.
    ///
    /// - Throws: `Failure` if the library has no such provider or cannot open the file.
    public init(_ request: EngineRequest) throws {
        guard let provider = Provider(rawValue: request.backend), Provider.available.contains(provider) else {
            let have = Provider.available.map(\.rawValue).joined(separator: ", ")
            throw Failure("this ONNX Runtime has no backend \(request.backend)", remedy: "it has \(have)")
        }
        guard request.artifact.input.dtype == .float32 else {
            throw Failure("\(request.artifact.file) expects \(request.artifact.input.dtype.rawValue), not float32")
        }
        self.request = request
        session = try Session(path: request.location.path, provider: provider, threads: request.threads)
    }

    public func inference(on image: Tensor) throws -> Inference {
        let input = try InputValue(request.input(for: image))
        let (session, name) = (session, request.artifact.input.name)
        let outputs = request.artifact.networkOutputs.map(\.name)
        return {
            let found = try run(session, input, from: name, to: outputs)
            return Dictionary(uniqueKeysWithValues: zip(outputs, found))
        }
    }
}

/// A tensor in ONNX Runtime's own form, and its memory, which is immutable once it is created.
private final class InputValue: @unchecked Sendable {
    let pointer: OpaquePointer
    private let values: UnsafeMutableBufferPointer<Float>

    init(_ tensor: Tensor) throws {
        values = .allocate(capacity: tensor.values.count)
        _ = values.initialize(from: tensor.values)
        var (memory, made): (OpaquePointer?, OpaquePointer?)
        try check(api.CreateCpuMemoryInfo(OrtArenaAllocator, OrtMemTypeDefault, &memory), "preparing the input")
        defer { api.ReleaseMemoryInfo(memory) }
        let shape = tensor.shape.map(Int64.init)
        let size = values.count * MemoryLayout<Float>.size
        try check(
            api.CreateTensorWithDataAsOrtValue(
                memory, values.baseAddress, size, shape, shape.count, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, &made),
            "preparing the input")
        guard let made else { throw Failure("ONNX Runtime created no input") }
        pointer = made
    }

    deinit {
        api.ReleaseValue(pointer)
        values.deallocate()
    }
}

private func run(_ session: Session, _ input: InputValue, from name: String, to outputs: [String]) throws -> [Tensor] {
    let names = outputs.map { strdup($0) }
    defer { for name in names { free(name) } }
    var found = [OpaquePointer?](repeating: nil, count: outputs.count)
    defer { for value in found { api.ReleaseValue(value) } }
    try name.withCString { name in
        try check(
            api.Run(
                session.pointer, nil, [name], [input.pointer], 1, names.map { UnsafePointer($0) }, names.count, &found),
            "running the model")
    }
    return try found.map(readTensor)
}

private func readTensor(_ value: OpaquePointer?) throws -> Tensor {
    var info: OpaquePointer?
    try check(api.GetTensorTypeAndShape(value, &info), "reading an output")
    defer { api.ReleaseTensorTypeAndShapeInfo(info) }
    var (type, rank) = (ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED, 0)
    try check(api.GetTensorElementType(info, &type), "reading an output")
    guard type == ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT else { throw Failure("an output is not float32") }
    try check(api.GetDimensionsCount(info, &rank), "reading an output")
    var shape = [Int64](repeating: 0, count: rank)
    try check(api.GetDimensions(info, &shape, rank), "reading an output")
    var data: UnsafeMutableRawPointer?
    try check(api.GetTensorMutableData(value, &data), "reading an output")
    let count = Int(shape.reduce(1, *))
    let values = UnsafeBufferPointer(start: data?.assumingMemoryBound(to: Float.self), count: count)
    return Tensor(shape: shape.map(Int.init), values: Array(values))
}
