import CloFormerKit

#if canImport(OnnxRuntimeKit)
    import OnnxRuntimeKit
#endif

/// The runtimes in this build. README.md says how to add the optional ones.
enum Engines {
    static let all: [EngineKind] = {
        var kinds = [CoreMLEngine.kind]
        #if canImport(CoreAI)
            if #available(iOS 27, *) { kinds.append(CoreAIEngine.kind) }
        #endif
        #if canImport(OnnxRuntimeKit)
            kinds.append(OnnxRuntimeEngine.kind)
        #endif
        #if canImport(ExecuTorch)
            kinds.append(ExecuTorchEngine.kind)
        #endif
        return kinds
    }()
}
