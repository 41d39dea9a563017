package org.cloformer.demo

import android.content.Intent
import android.widget.Button
import android.widget.Spinner
import java.io.File
import kotlin.test.assertContains
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertTrue
import org.cloformer.demo.benchmark.BenchmarkActivity
import org.cloformer.demo.camera.CameraActivity
import org.cloformer.demo.photo.PhotoActivity
import org.cloformer.demo.selftest.SelfTestActivity
import org.junit.Test
import org.robolectric.Robolectric
import org.robolectric.Shadows.shadowOf

class MainScreenTest : ScreenTest() {
    private fun opened(): MainActivity = Robolectric.buildActivity(MainActivity::class.java).setup().get()

    private fun MainActivity.spinner(id: Int) = findViewById<Spinner>(id)

    private fun MainActivity.awaitChoices() =
        await("the bundle's choices") { findViewById<Button>(R.id.camera).isEnabled }

    @Test
    fun `the shipped bundle can be run at once`() {
        val screen = opened()
        screen.awaitChoices()
        assertContains(screen.text(R.id.about), "CloFormer xxs")
        assertEquals("ONNX Runtime cpu fp32", screen.spinner(R.id.engine).selectedItem)
        assertFalse(screen.shows(R.id.problem))
        screen.draw("main")
    }

    @Test
    fun `a bundle's task is said`() {
        val says = mapOf(
            "segmentation" to "segments of 4 classes", "detection" to "boxes of 3 classes", "features" to "features",
        )
        for ((task, words) in says) {
            chooseDense(task)
            val screen = opened()
            screen.awaitChoices()
            assertContains(screen.text(R.id.about), "weights: colors, $words, 64 × 64 pixels")
        }
    }

    @Test
    fun `an engine whose library does not load is said to be missing, and the others stay`() {
        val screen = opened()
        screen.awaitChoices()
        assertContains(screen.text(R.id.unusable), "ExecuTorch's native library does not load")
    }

    @Test
    fun `each button leads to its screen`() {
        val screen = opened()
        screen.awaitChoices()
        val screens = mapOf(
            R.id.camera to CameraActivity::class,
            R.id.photo to PhotoActivity::class,
            R.id.benchmark to BenchmarkActivity::class,
            R.id.self_test to SelfTestActivity::class,
        )
        for ((button, target) in screens) {
            screen.findViewById<Button>(button).performClick()
            val started: Intent = shadowOf(screen).nextStartedActivity
            assertEquals(target.java.name, started.component?.className)
        }
    }

    @Test
    fun `a corrupt bundle is refused with its reason, and another can be chosen`() {
        app.store.names()
        val shipped = File(app.home, "bundles").listFiles()!!.single { File(it, "manifest.json").exists() }
        shipped.copyRecursively(File(app.home, "bundles/pushed"))
        File(app.home, "bundles/pushed/labels.txt").appendText("one more\n")
        app.settings.bundle = "pushed"
        val screen = opened()
        await("the reason") { screen.shows(R.id.problem) }
        assertContains(screen.text(R.id.problem_text), "labels.txt does not match the manifest")
        assertFalse(screen.findViewById<Button>(R.id.camera).isEnabled)
        screen.draw("corrupt-bundle")

        screen.spinner(R.id.bundle).setSelection(0)
        screen.awaitChoices()
        assertFalse(screen.shows(R.id.problem))
    }

    @Test
    fun `what is chosen is kept`() {
        val screen = opened()
        screen.awaitChoices()
        screen.spinner(R.id.threads).setSelection(0)
        await("the setting") { app.settings.threads == 1 }
        val again = opened()
        again.awaitChoices()
        assertEquals("1", again.spinner(R.id.threads).selectedItem)
        assertTrue(app.settings.choice!!.startsWith("ONNX Runtime"))
    }
}
