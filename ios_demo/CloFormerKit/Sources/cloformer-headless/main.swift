import CloFormerKit
import Foundation

#if canImport(OnnxRuntimeKit)
    import OnnxRuntimeKit
#endif

// The app's headless mode as a command for Linux and macOS: the same code, with the engines that this system has.

let arguments = Array(CommandLine.arguments.dropFirst())
guard arguments.count == 2 else {
    FileHandle.standardError.write(Data("usage: cloformer-headless HOME ID\n".utf8))
    exit(2)
}
let home = URL(fileURLWithPath: arguments[0])

var kinds: [EngineKind] = []
#if canImport(CoreML)
    kinds.append(CoreMLEngine.kind)
#endif
#if canImport(OnnxRuntimeKit)
    kinds.append(OnnxRuntimeEngine.kind)
#endif

let run = HeadlessRun(
    home: home, library: BundleLibrary(folders: [home.appendingPathComponent("bundles")]), kinds: kinds,
    measure: Measure(surroundings: HostSurroundings(), tool: (name: "CloFormer iOS", version: "0.1.0")))
let status = await run.run(arguments[1]) { print($0.step) }
print(String(decoding: try status.json, as: UTF8.self))
exit(status.state == .done ? 0 : 4)
