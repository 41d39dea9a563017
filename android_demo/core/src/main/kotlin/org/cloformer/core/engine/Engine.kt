package org.cloformer.core.engine

import java.io.File
import org.cloformer.core.bundle.ArtifactFacts

/** A runtime, such as ONNX Runtime. To add one, implement this and add a line where the app lists its engines. */
interface Engine {
    /** The runtime's name in records. */
    val runtime: String

    /** The target whose artifacts it runs, as named in manifests. */
    val target: String

    val version: String

    /**
     * Returns the backends of this runtime that could run [artifact] on this device, the simplest first.
     *
     * @throws EngineFailure the runtime's native library does not load
     */
    fun backends(artifact: ArtifactFacts): List<String>

    /**
     * Loads an artifact whose contents were already checked, because a damaged file can crash a runtime.
     *
     * @throws EngineFailure the runtime does not support the file, the backend or the device
     */
    fun open(file: File, artifact: ArtifactFacts, backend: String, threads: Int): EngineSession
}

/** A loaded artifact, which must not be used by two threads at once. */
interface EngineSession : AutoCloseable {
    /**
     * Runs one image (C, H, W float32, as the artifact's input facts say) and returns the outputs in use, by name.
     *
     * @throws EngineFailure the runtime failed, or its outputs do not match the manifest
     */
    fun run(input: FloatArray): Map<String, FloatArray>

    override fun close()
}

/** Collects the outputs in use of [artifact] for one image; [read] returns the values of each. */
internal inline fun outputsOf(
    artifact: ArtifactFacts,
    read: (index: Int, name: String) -> FloatArray,
): Map<String, FloatArray> {
    val outputs = LinkedHashMap<String, FloatArray>()
    artifact.taken.forEachIndexed { index, output ->
        val values = read(index, output.name)
        val expected = output.shape.drop(1).fold(1) { product, length -> product * checkNotNull(length) }
        if (values.size != expected) {
            throw EngineFailure("${artifact.file} returns ${values.size} values for ${output.name}, not $expected")
        }
        outputs[output.name] = values
    }
    return outputs
}

/** A failure of a runtime; [message] says which runtime failed, and why. */
class EngineFailure(message: String, cause: Throwable? = null) : Exception(message, cause)
