package org.cloformer.core.bundle

import java.io.File
import java.nio.file.Path
import kotlin.test.assertContentEquals
import kotlin.test.assertEquals
import kotlin.test.assertTrue
import org.cloformer.core.TestFiles
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir

class BundleTest {
    private val bundle = openBundle(TestFiles.bundle)

    @Test
    fun `the exported bundle opens`() {
        assertEquals(Task.CLASSIFICATION, bundle.manifest.model.task)
        assertEquals(bundle.manifest.model.numClasses, bundle.labels.size)
        assertEquals(setOf("onnx", "executorch"), bundle.artifacts.map { it.target }.toSet())
    }

    @Test
    fun `golden vectors have the shapes that the manifest gives`() {
        val inputs = bundle.goldenInputs()
        assertEquals(bundle.manifest.golden.images.size, inputs.size)
        assertTrue(inputs.all { it.size == 3 * 64 * 64 })
        assertTrue(inputs.flatMap { it.asIterable() }.all { it in 0f..1f })
        assertTrue(bundle.goldenOutput("logits").all { it.size == bundle.labels.size })
    }

    @Test
    fun `what the app does not run need not be there`(@TempDir folder: Path) {
        val copy = File(folder.toFile(), "bundle")
        TestFiles.bundle.copyRecursively(copy)
        val manifest = File(copy, "manifest.json")
        manifest.writeText(manifest.readText().replace("\"target\": \"executorch\"", "\"target\": \"coreml\""))
        File(copy, "model_fp32_xnnpack.pte").delete()
        assertEquals(listOf("onnx"), openBundle(copy).artifacts.map { it.target })
    }

    @Test
    fun `labels may come from Windows`(@TempDir folder: Path) {
        val copy = File(folder.toFile(), "bundle")
        TestFiles.bundle.copyRecursively(copy)
        val labels = File(copy, "labels.txt")
        labels.writeText(labels.readText().replace("\n", "\r\n"))
        val manifest = File(copy, "manifest.json")
        manifest.writeText(manifest.readText().replace(bundle.manifest.labelsSha256, sha256Of(labels)))
        assertContentEquals(bundle.labels.toTypedArray(), openBundle(copy).labels.toTypedArray())
    }
}
