package org.cloformer.core.engine

import java.io.File
import org.cloformer.core.bundle.ArtifactFacts

/** One runtime, such as ONNX Runtime. Adding a runtime is one implementation and one line where the app lists them. */
interface Engine {
    /** As records name it. */
    val runtime: String

    /** Whose artifacts it runs, as manifests name it. */
    val target: String

    val version: String

    /**
     * Which backends of this runtime could run [artifact] on this device, the plainest first.
     *
     * @throws EngineFailure the runtime's native library does not load
     */
    fun backends(artifact: ArtifactFacts): List<String>

    /**
     * Loads an artifact whose contents were checked before: no runtime survives any file.
     *
     * @throws EngineFailure the runtime refuses the file, the backend or the device
     */
    fun open(file: File, artifact: ArtifactFacts, backend: String, threads: Int): EngineSession
}

/** A loaded artifact. Not for use by two threads at once. */
interface EngineSession : AutoCloseable {
    /**
     * Runs one image: C, H, W float32, as the artifact's input facts say, to logits.
     *
     * @throws EngineFailure the runtime failed
     */
    fun run(input: FloatArray): FloatArray

    override fun close()
}

/** A runtime that fails: [message] says which, and why. */
class EngineFailure(message: String, cause: Throwable? = null) : Exception(message, cause)
