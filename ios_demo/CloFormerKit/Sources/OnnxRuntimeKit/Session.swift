import COnnxRuntime
import CloFormerKit

/// ONNX Runtime's table of functions, in the version of the headers; the library may be newer.
let api: OrtApi = {
    guard let table = OrtGetApiBase().pointee.GetApi(UInt32(ORT_API_VERSION)) else {
        fatalError("this ONNX Runtime is older than the headers that the app was built with")
    }
    return table.pointee
}()

/// The environment of the whole process, for logging and telemetry.
nonisolated(unsafe) private let environment: OpaquePointer? = {
    var made: OpaquePointer?
    if let status = api.CreateEnv(ORT_LOGGING_LEVEL_ERROR, "CloFormer", &made) { api.ReleaseStatus(status) }
    if let status = api.DisableTelemetryEvents(made) { api.ReleaseStatus(status) }
    return made
}()

/// Turn a failed call of ONNX Runtime into an error with the runtime's own message.
func check(_ status: OrtStatusPtr?, _ doing: String) throws {
    guard let status else { return }
    defer { api.ReleaseStatus(status) }
    let message = text(api.GetErrorMessage(status))
    throw Failure("ONNX Runtime failed while \(doing): \(message.split(separator: "\n").first ?? "no message")")
}

/// Return a copy of a text from ONNX Runtime.
func text(_ characters: UnsafePointer<CChar>?) -> String {
    characters.map { String(cString: $0) } ?? "unknown"
}

/// An open model, which any number of threads may run at once.
final class Session: @unchecked Sendable {
    let pointer: OpaquePointer

    init(path: String, provider: Provider, threads: Int?) throws {
        var options: OpaquePointer?
        try check(api.CreateSessionOptions(&options), "making options")
        defer { api.ReleaseSessionOptions(options) }
        if let threads {
            try check(api.SetIntraOpNumThreads(options, Int32(threads)), "setting the number of threads")
        }
        try provider.append(to: options, threads: threads)
        var made: OpaquePointer?
        try check(api.CreateSession(environment, path, options, &made), "opening the model")
        guard let made else { throw Failure("ONNX Runtime created no session") }
        pointer = made
    }

    deinit { api.ReleaseSession(pointer) }
}
