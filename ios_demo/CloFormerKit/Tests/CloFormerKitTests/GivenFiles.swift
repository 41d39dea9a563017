import Foundation

@testable import CloFormerKit

/// What tests/ios_demo makes in Python and names in the environment: without it, the tests that need it are skipped.
enum GivenFiles {
    /// A bundle that cloformer-export made, with an .onnx file in it.
    static let bundle = folder("CLOFORMER_BUNDLE")

    /// A folder of bundles that cloformer-export made, one of each dense task.
    static let denseBundles = folder("CLOFORMER_DENSE_BUNDLES")

    /// Images and expected crops, from `python -m tests.preprocessing_vectors`.
    static let vectors = folder("CLOFORMER_PREPROCESSING_VECTORS")

    /// Outputs of made-up networks, what Python reads from them and says of them, from `python -m tests.dense_vectors`.
    static let denseVectors = folder("CLOFORMER_DENSE_VECTORS")

    private static func folder(_ variable: String) -> URL? {
        ProcessInfo.processInfo.environment[variable].map { URL(fileURLWithPath: $0) }
    }
}
