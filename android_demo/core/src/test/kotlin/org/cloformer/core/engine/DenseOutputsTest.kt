package org.cloformer.core.engine

import kotlin.test.assertContains
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertNull
import kotlin.test.assertTrue
import org.cloformer.core.TestFiles
import org.cloformer.core.bundle.OutputFacts
import org.cloformer.core.bundle.OutputKind
import org.cloformer.core.bundle.openBundle
import org.cloformer.core.parity.selfTest
import org.junit.jupiter.api.Test
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.ValueSource

/** Several outputs of one network, in ONNX Runtime: each is known by its name. */
class DenseOutputsTest {
    private val engine = OnnxRuntimeEngine()

    @ParameterizedTest
    @ValueSource(strings = ["segmentation", "detection", "features"])
    fun `the golden vectors of every output are within the bounds`(task: String) {
        val bundle = openBundle(TestFiles.denseBundle(task))
        val artifact = bundle.artifacts.single()
        val result = selfTest(bundle, Choice(engine, artifact, "cpu"), threads = 1)
        assertNull(result.failure)
        assertEquals(artifact.taken, result.outputs.map { it.output })
        assertTrue(result.passed, "${result.outputs}")
    }

    @Test
    fun `the manifest's order need not be the file's`() {
        val bundle = openBundle(TestFiles.denseBundle("detection"))
        val artifact = bundle.artifacts.single()
        val turned = artifact.copy(outputs = artifact.outputs.reversed())
        assertTrue(selfTest(bundle, Choice(engine, turned, "cpu"), threads = 1).passed)
    }

    @Test
    fun `boxes that a graph reads itself are not asked for`() {
        val bundle = openBundle(TestFiles.denseBundle("detection"))
        val artifact = bundle.artifacts.single()
        val boxes = OutputFacts("boxes", OutputKind.BOXES, listOf(null, 6), "float32")
        val further = artifact.copy(outputs = artifact.outputs + boxes)
        assertTrue(selfTest(bundle, Choice(engine, further, "cpu"), threads = 1).passed)
    }

    @Test
    fun `an output that is not the manifest's is an error in words`() {
        val bundle = openBundle(TestFiles.denseBundle("segmentation"))
        val artifact = bundle.artifacts.single()
        val output = artifact.outputs.single()
        val wrong = mapOf(
            output.copy(name = "depth") to "depth",
            output.copy(shape = listOf(1, 4, 8, 8)) to "returns 1024 values for class_map, not 256",
        )
        for ((claimed, says) in wrong) {
            val opened = engine.open(bundle.fileOf(artifact), artifact.copy(outputs = listOf(claimed)), "cpu", 1)
            val failure = assertFailsWith<EngineFailure> { opened.use { it.run(bundle.goldenInputs().first()) } }
            assertContains(failure.message.orEmpty(), says)
        }
    }
}
