import CloFormerKit
import Foundation

/// Answers with the golden outputs, or with what a test wants; no runtime is needed to test what surrounds one.
struct FakeEngine: Engine {
    /// For each golden image, the outputs by name.
    let answers: [[String: Tensor]]
    let wrongBy: Float

    func inference(on image: Tensor) throws -> Inference {
        let index = image.values[1] == 1 / Float(97) ? 0 : 1
        let (answer, wrongBy) = (answers[index], wrongBy)
        return { answer.mapValues { Tensor(shape: $0.shape, values: $0.values.map { $0 + wrongBy }) } }
    }

    static func kind(answers: [[String: Tensor]], wrongBy: Float = 0, failing: Failure? = nil) -> EngineKind {
        EngineKind(
            name: "Fake", version: "1.0", formats: ["fake"], takesThreads: true, backends: { _ in ["slow", "fast"] },
            placement: { _ in ["fake": 3] },
            open: { _ in
                if let failing { throw failing }
                return FakeEngine(answers: answers, wrongBy: wrongBy)
            })
    }
}

extension ModelBundle {
    /// What the reference gives for each golden image.
    func goldenAnswers() throws -> [[String: Tensor]] {
        let outputs = try manifest.artifacts[0].outputs.map { ($0.name, try goldenOutput(named: $0.name)) }
        return manifest.golden.images.indices.map { image in
            Dictionary(uniqueKeysWithValues: outputs.map { ($0, $1.row(image)) })
        }
    }
}

struct FakeSurroundings: Surroundings {
    var thermalState: ThermalState? = .fair
    var interference = Interference(batteryPercent: 80, charging: true, lowPowerMode: false)
    var memory: (bytes: Int, method: String)? = (10, "fake")

    var device: DeviceFacts {
        DeviceFacts(
            kind: .phone, manufacturer: "Apple", model: "iPhone0,0", soc: nil, os: "iOS", osVersion: "17.0",
            osBuild: nil, cores: 6, memoryBytes: nil)
    }
}
