import CloFormerKit
import Foundation

#if canImport(OnnxRuntimeKit)
    import OnnxRuntimeKit
#endif

// The app's headless mode as a command for Linux and macOS: the same code, with the engines that this system has.

let arguments = Array(CommandLine.arguments.dropFirst())
guard arguments.count == 3 else {
    FileHandle.standardError.write(Data("usage: cloformer-headless FOLDER BUNDLES NAME\n".utf8))
    exit(2)
}

var kinds: [EngineKind] = []
#if canImport(CoreML)
    kinds.append(CoreMLEngine.kind)
#endif
#if canImport(OnnxRuntimeKit)
    kinds.append(OnnxRuntimeEngine.kind)
#endif

let run = HeadlessRun(
    folder: URL(fileURLWithPath: arguments[0]),
    library: BundleLibrary(folders: [URL(fileURLWithPath: arguments[1])]),
    kinds: kinds,
    measure: Measure(surroundings: HostSurroundings(), tool: (name: "CloFormer iOS", version: "0.1.0")))
let outcome = await run.run(arguments[2])
print(outcome.message)
exit(Int32(outcome.exitCode))
