package org.cloformer.demo

import android.content.Intent
import android.net.Uri
import android.os.Parcelable
import android.os.PowerManager
import android.widget.Button
import java.io.File
import java.io.FileNotFoundException
import kotlin.test.assertContains
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertFalse
import kotlin.test.assertTrue
import org.cloformer.core.measure.Measurement
import org.cloformer.core.measure.measurementJson
import org.cloformer.demo.benchmark.BenchmarkActivity
import org.junit.Test
import org.robolectric.Robolectric
import org.robolectric.Shadows.shadowOf

class BenchmarkScreenTest : ScreenTest() {
    private val controller = Robolectric.buildActivity(BenchmarkActivity::class.java).setup()
    private val screen: BenchmarkActivity get() = controller.get()

    @Suppress("DEPRECATION") // its successor needs API 33
    private inline fun <reified T : Parcelable> Intent.extra(name: String): T = getParcelableExtra(name)!!

    private fun press(id: Int) = screen.findViewById<Button>(id).performClick()

    @Test
    fun `a measurement is shown and shared as records`() {
        press(R.id.start)
        await("the second repeat") { "Repeat 2" in screen.text(R.id.step) }
        shadowOf(app.getSystemService(PowerManager::class.java))
            .setCurrentThermalStatus(PowerManager.THERMAL_STATUS_LIGHT)
        screen.draw("benchmark-running")
        await("the end") { screen.shows(R.id.share) }
        assertContains(screen.text(R.id.results), "Median")
        assertContains(screen.text(R.id.results), "150 samples")
        assertContains(screen.text(R.id.results), "Memory")
        assertContains(screen.text(R.id.results), "Thermal status, from the first sample to the last: none → light")
        screen.draw("benchmark")

        press(R.id.share)
        val chooser: Intent = shadowOf(screen).nextStartedActivity
        val shared = chooser.extra<Intent>(Intent.EXTRA_INTENT).extra<Uri>(Intent.EXTRA_STREAM)
        val text = app.contentResolver.openInputStream(shared)!!.use { it.readBytes().decodeToString() }
        val lines = text.trim().lines().map { measurementJson.decodeFromString(Measurement.serializer(), it) }
        assertEquals(listOf(0, 1, 2), lines.flatMap { it.repeats }.map { it.index })
        assertEquals("Android", lines.first().device.os)
    }

    @Test
    fun `nothing but records can be read by others`() {
        app.store.names()
        for (name in listOf("absent.jsonl", "..", "../bundles/secret", "../shared_prefs/settings.xml")) {
            val uri = Uri.Builder().scheme("content").authority("org.cloformer.demo.records").appendPath(name).build()
            assertFailsWith<FileNotFoundException> { app.contentResolver.openInputStream(uri) }
        }
    }

    @Test
    fun `turning the device does not end a measurement`() {
        press(R.id.start)
        await("the first samples") { screen.shows(R.id.progress) }
        controller.recreate()
        assertEquals(app.getString(R.string.stop), screen.text(R.id.start))
        await("the end") { screen.shows(R.id.share) }
        assertContains(screen.text(R.id.results), "150 samples")
    }

    @Test
    fun `stopping keeps whole repeats`() {
        press(R.id.start)
        await("the second repeat") { "Repeat 2" in screen.text(R.id.step) }
        press(R.id.start)
        await("the end") { screen.text(R.id.step) == app.getString(R.string.measurement_stopped) }
        assertContains(screen.text(R.id.results), "50 samples")
        assertTrue(screen.shows(R.id.share))
        assertFalse(screen.shows(R.id.problem))
    }

    @Test
    fun `a bundle that cannot be opened is said, and nothing is measured`() {
        app.store.names()
        File(app.home, "bundles/broken").mkdirs()
        app.settings.bundle = "broken"
        press(R.id.start)
        await("the reason") { screen.shows(R.id.problem) }
        assertContains(screen.text(R.id.problem_text), "The bundle has no manifest.json")
        assertEquals(app.getString(R.string.start), screen.text(R.id.start))
    }
}
