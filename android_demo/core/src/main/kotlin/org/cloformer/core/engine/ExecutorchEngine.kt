package org.cloformer.core.engine

import java.io.File
import org.cloformer.core.bundle.ArtifactFacts
import org.pytorch.executorch.EValue
import org.pytorch.executorch.ExecuTorchRuntime
import org.pytorch.executorch.Module
import org.pytorch.executorch.Tensor

/**
 * ExecuTorch's Java API. A .pte was lowered to its backend when it was exported, so there is no choice of backends.
 *
 * @param version the version of the packaged library, which its API does not report
 */
class ExecutorchEngine(override val version: String) : Engine {
    override val runtime = "ExecuTorch"
    override val target = "executorch"

    override fun backends(artifact: ArtifactFacts): List<String> {
        val backend = artifact.backend ?: return listOf("portable")
        val registered = loading(runtime) { ExecuTorchRuntime.getRegisteredBackends() }
        return if (REGISTERED_NAMES[backend] in registered) listOf(backend) else emptyList()
    }

    override fun open(file: File, artifact: ArtifactFacts, backend: String, threads: Int): EngineSession {
        if (backend !in backends(artifact)) {
            throw EngineFailure("this build of ExecuTorch cannot run ${artifact.file} with $backend")
        }
        return failing("ExecuTorch cannot load ${file.name}") {
            val module = Module.load(file.path, Module.LOAD_MODE_MMAP, threads)
            module.loadMethod("forward") // otherwise the first inference would include it
            Session(module, artifact)
        }
    }

    private class Session(private val module: Module, private val artifact: ArtifactFacts) : EngineSession {
        private val shape = artifact.input.shape.map { (it ?: 1).toLong() }.toLongArray()

        /** Runs the program, whose outputs have no names but are in the manifest's order. */
        override fun run(input: FloatArray): Map<String, FloatArray> = failing("ExecuTorch failed while running") {
            val values = module.forward(EValue.from(Tensor.fromBlob(input, shape)))
            if (values.size != artifact.taken.size) {
                throw EngineFailure("${artifact.file} returns ${values.size} outputs, not ${artifact.taken.size}")
            }
            outputsOf(artifact) { index, _ -> values[index].toTensor().dataAsFloatArray }
        }

        override fun close() = module.close()
    }

    private companion object {
        val REGISTERED_NAMES = mapOf("xnnpack" to "XnnpackBackend", "vulkan" to "VulkanBackend", "qnn" to "QnnBackend")

        inline fun <T> failing(what: String, action: () -> T): T = try {
            loading("ExecuTorch", action)
        } catch (error: RuntimeException) { // ExecutorchRuntimeException, or what older releases throw
            throw EngineFailure("$what: ${error.message}", error)
        }
    }
}
