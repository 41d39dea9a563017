package org.cloformer.core.engine

import java.io.File
import java.nio.file.Path
import javax.imageio.ImageIO
import kotlin.math.abs
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertNull
import kotlin.test.assertTrue
import org.cloformer.core.TestFiles
import org.cloformer.core.bundle.openBundle
import org.cloformer.core.image.RgbImage
import org.cloformer.core.image.cropOf
import org.cloformer.core.image.toTensor
import org.cloformer.core.parity.selfTest
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir

/** The exported bundle in the official ONNX Runtime for the JVM: the code that the app runs, on this machine. */
class GoldenVectorsTest {
    private val bundle = openBundle(TestFiles.bundle)
    private val engine = OnnxRuntimeEngine()
    private val onnx = bundle.artifacts.single { it.target == "onnx" && it.precision == "fp32" }

    @Test
    fun `all golden vectors are within the bounds, with 1 and with 2 threads`() {
        for (threads in 1..2) {
            val result = selfTest(bundle, Choice(engine, onnx, "cpu"), threads)
            assertNull(result.failure)
            val parity = result.outputs.single().parity
            assertEquals(bundle.manifest.golden.images.size, parity.images)
            assertTrue(parity.passed && result.passed, "$parity")
        }
    }

    @Test
    fun `the golden images, prepared here, give the golden inputs`() {
        val contract = bundle.manifest.preprocessing
        bundle.manifest.golden.images.zip(bundle.goldenInputs()).forEach { (image, input) ->
            val crop = cropOf(decoded(File(bundle.folder, image.file)), contract)
            val tensor = toTensor(crop, contract, normalize = false)
            assertTrue(tensor.indices.all { abs(tensor[it] - input[it]) <= 1f / 255 + 1e-6f }, image.file)
        }
    }

    @Test
    fun `the backends are those of this build`() {
        assertEquals("cpu", engine.backends(onnx).first())
        val failure = assertFailsWith<EngineFailure> { engine.open(bundle.fileOf(onnx), onnx, "nnapi", 1) }
        assertTrue("has no backend nnapi" in failure.message.orEmpty())
    }

    @Test
    fun `a file that is no model is refused in words`(@TempDir folder: Path) {
        val file = folder.resolve("model.onnx").toFile().apply { writeText("this is no model") }
        val failure = assertFailsWith<EngineFailure> { engine.open(file, onnx, "cpu", 1) }
        assertTrue("cannot load model.onnx" in failure.message.orEmpty())
    }

    @Test
    fun `ExecuTorch, whose library is Android's, fails in words here`() {
        val pte = bundle.artifacts.single { it.target == "executorch" }
        val unusable = mutableListOf<String>()
        val engines = listOf(ExecutorchEngine("test"), engine)
        val choices = choicesOf(bundle, engines) { _, failure -> unusable += failure.message.orEmpty() }
        assertTrue(choices.isNotEmpty() && choices.all { it.engine === engine })
        assertTrue("native library does not load" in unusable.single())
        assertFailsWith<EngineFailure> { ExecutorchEngine("test").open(bundle.fileOf(pte), pte, "xnnpack", 1) }
    }

    private fun decoded(file: File): RgbImage {
        val image = ImageIO.read(file)
        val colors = IntArray(image.width * image.height)
        if (image.raster.numBands == 1) {
            for (at in colors.indices) {
                colors[at] = image.raster.getSample(at % image.width, at / image.width, 0) * 0x010101
            }
        } else {
            image.getRGB(0, 0, image.width, image.height, colors, 0, image.width)
        }
        return RgbImage.fromArgb(image.width, image.height, colors)
    }
}
