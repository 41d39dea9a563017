package org.cloformer.core.engine

import ai.onnxruntime.OnnxTensor
import ai.onnxruntime.OrtEnvironment
import ai.onnxruntime.OrtException
import ai.onnxruntime.OrtProvider
import ai.onnxruntime.OrtSession
import java.io.File
import java.nio.FloatBuffer
import org.cloformer.core.bundle.ArtifactFacts

/** ONNX Runtime's official Java API, the same on Android and on a computer's JVM. */
class OnnxRuntimeEngine : Engine {
    override val runtime = "ONNX Runtime"
    override val target = "onnx"
    override val version: String by lazy { environment.version }

    private val environment: OrtEnvironment by lazy {
        loading(runtime) { OrtEnvironment.getEnvironment().apply { setTelemetry(false) } }
    }

    override fun backends(artifact: ArtifactFacts): List<String> {
        val available = loading(runtime) { OrtEnvironment.getAvailableProviders() }
        return BACKENDS.filterValues { it in available }.keys.toList()
    }

    override fun open(file: File, artifact: ArtifactFacts, backend: String, threads: Int): EngineSession {
        if (backend !in backends(artifact)) {
            throw EngineFailure("this build of ONNX Runtime has no backend $backend; it has ${backends(artifact)}")
        }
        return failing("ONNX Runtime cannot load ${file.name} with $backend") {
            OrtSession.SessionOptions().use { options ->
                configure(options, backend, threads)
                Session(environment.createSession(file.path, options), artifact)
            }
        }
    }

    private fun configure(options: OrtSession.SessionOptions, backend: String, threads: Int) {
        options.setIntraOpNumThreads(threads)
        when (backend) {
            "nnapi" -> options.addNnapi()
            "qnn" -> options.addQnn(mapOf("backend_path" to "libQnnHtp.so"))
            "xnnpack" -> {
                // XNNPACK has its own thread pool; ONNX Runtime's would only spin alongside it.
                options.addXnnpack(mapOf("intra_op_num_threads" to threads.toString()))
                options.setIntraOpNumThreads(1)
                options.addConfigEntry("session.intra_op.allow_spinning", "0")
            }
        }
    }

    private inner class Session(private val session: OrtSession, private val artifact: ArtifactFacts) : EngineSession {
        private val name = artifact.input.name
        private val wanted = artifact.taken.map { it.name }.toSet()
        private val shape = artifact.input.shape.map { (it ?: 1).toLong() }.toLongArray()

        override fun run(input: FloatArray): Map<String, FloatArray> = failing("ONNX Runtime failed while running") {
            OnnxTensor.createTensor(environment, FloatBuffer.wrap(input), shape).use { tensor ->
                session.run(mapOf(name to tensor), wanted).use { results ->
                    outputsOf(artifact) { _, output ->
                        val values = (results[output].get() as OnnxTensor).floatBuffer
                        FloatArray(values.remaining()).also { values.get(it) }
                    }
                }
            }
        }

        override fun close() = session.close()
    }

    private companion object {
        val BACKENDS = linkedMapOf(
            "cpu" to OrtProvider.CPU,
            "xnnpack" to OrtProvider.XNNPACK,
            "nnapi" to OrtProvider.NNAPI,
            "qnn" to OrtProvider.QNN,
        )

        inline fun <T> failing(what: String, action: () -> T): T = try {
            action()
        } catch (error: OrtException) {
            throw EngineFailure("$what: ${error.message}", error)
        }
    }
}

/** Runs code that loads a native library, and reports an unsuitable ABI or memory as a failure, not a crash. */
internal inline fun <T> loading(runtime: String, action: () -> T): T = try {
    action()
} catch (error: LinkageError) {
    throw EngineFailure("$runtime's native library does not load on this device: ${error.message}", error)
}
