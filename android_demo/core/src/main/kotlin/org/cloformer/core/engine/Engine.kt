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
     * Runs one image: C, H, W float32, as the artifact's input facts say. Returns the outputs that are taken, by name.
     *
     * @throws EngineFailure the runtime failed, or gives something else than the manifest says
     */
    fun run(input: FloatArray): Map<String, FloatArray>

    override fun close()
}

/** Collects the outputs that are taken of [artifact], for one image; [read] gets the values of each. */
internal inline fun outputsOf(
    artifact: ArtifactFacts,
    read: (index: Int, name: String) -> FloatArray,
): Map<String, FloatArray> {
    val outputs = LinkedHashMap<String, FloatArray>()
    artifact.taken.forEachIndexed { index, output ->
        val values = read(index, output.name)
        val expected = output.shape.drop(1).fold(1) { product, length -> product * checkNotNull(length) }
        if (values.size != expected) {
            throw EngineFailure("${artifact.file} gives ${values.size} values for ${output.name}, not $expected")
        }
        outputs[output.name] = values
    }
    return outputs
}

/** A runtime that fails: [message] says which, and why. */
class EngineFailure(message: String, cause: Throwable? = null) : Exception(message, cause)
