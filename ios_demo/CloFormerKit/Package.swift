// swift-tools-version: 6.0
import Foundation
import PackageDescription

/// ONNX Runtime, found by pkg-config on Linux, and as an xcframework on Apple's systems; see ../README.md.
let framework = "Frameworks/onnxruntime.xcframework"
#if os(Linux)
    let onnxRuntime: [Target] = [
        .systemLibrary(name: "COnnxRuntime", path: "Sources/COnnxRuntime/include", pkgConfig: "libonnxruntime")
    ]
#else
    let onnxRuntime: [Target] =
        FileManager.default.fileExists(atPath: Context.packageDirectory + "/" + framework)
        ? [
            .binaryTarget(name: "onnxruntime", path: framework),
            .target(name: "COnnxRuntime", dependencies: ["onnxruntime"]),
        ] : []
#endif
let engines: [Target] =
    onnxRuntime.isEmpty ? [] : [.target(name: "OnnxRuntimeKit", dependencies: ["CloFormerKit", "COnnxRuntime"])]
let engineNames = engines.map(\.name)
let engineDependencies = engines.map { Target.Dependency(stringLiteral: $0.name) }

let package = Package(
    name: "CloFormerKit",
    platforms: [.iOS(.v17), .macOS(.v14)],
    products: [
        .library(name: "CloFormerKit", targets: ["CloFormerKit"] + engineNames),
        .executable(name: "cloformer-headless", targets: ["cloformer-headless"]),
    ],
    targets: onnxRuntime + engines + [
        .target(name: "CloFormerKit"),
        .executableTarget(name: "cloformer-headless", dependencies: ["CloFormerKit"] + engineDependencies),
        .testTarget(name: "CloFormerKitTests", dependencies: ["CloFormerKit"] + engineDependencies),
    ],
    swiftLanguageModes: [.v6]
)
