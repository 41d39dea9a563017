import CloFormerKit
import Foundation

/// Answers with the golden outputs, or with what a test wants; no runtime is needed to test what surrounds one.
struct FakeEngine: Engine {
    let answers: [Tensor]
    let wrongBy: Float

    func inference(on image: Tensor) throws -> Inference {
        let index = image.values[1] == 1 / Float(97) ? 0 : 1
        let (answer, wrongBy) = (answers[index], wrongBy)
        return { ["logits": Tensor(shape: answer.shape, values: answer.values.map { $0 + wrongBy })] }
    }

    static func kind(answers: [Tensor], wrongBy: Float = 0, failing: Failure? = nil) -> EngineKind {
        EngineKind(
            name: "Fake", version: "1.0", formats: ["fake"], takesThreads: true, backends: { _ in ["slow", "fast"] },
            placement: { _ in ["fake": 3] },
            open: { _ in
                if let failing { throw failing }
                return FakeEngine(answers: answers, wrongBy: wrongBy)
            })
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
