// Runs the Core ML engine of CloFormerKit on every compute unit, in the stub of Core ML, and prints what came of it.
import CloFormerKit
import CoreML
import Foundation

struct Finding: Codable {
    let backend: String
    let placement: [String: Int]
    let outputs: [Float]
}

let bundle = try ModelBundle(folder: URL(fileURLWithPath: CommandLine.arguments[1]))
let image = try bundle.goldenInputs().row(0)
let kind = CoreMLEngine.kind
let artifact = bundle.manifest.artifacts.first { kind.formats.contains($0.format) }!
var findings: [Finding] = []
for backend in kind.backends(artifact) {
    let request = try EngineRequest(bundle: bundle, artifact: artifact, backend: backend, threads: nil)
    try await kind.prepare(request)
    let engine = try await kind.open(request)
    let outputs = try await engine.inference(on: image)()
    let placement = await kind.placement(request) ?? [:]
    findings.append(Finding(backend: backend, placement: placement, outputs: outputs["logits"]!.values))
}
do {
    _ = try await kind.open(EngineRequest(bundle: bundle, artifact: artifact, backend: "npu", threads: nil))
    fatalError("it was opened")
} catch {
    FileHandle.standardError.write(Data("\(error)".utf8))
}
print(String(decoding: try JSONEncoder().encode(findings), as: UTF8.self))
