package org.cloformer.demo

import android.app.Activity
import android.graphics.Bitmap
import android.graphics.Color
import android.view.View
import android.widget.Button
import android.widget.CheckBox
import android.widget.ImageView
import android.widget.ProgressBar
import android.widget.Spinner
import android.widget.TextView
import java.io.File
import kotlin.test.assertEquals
import kotlin.test.assertTrue
import org.cloformer.demo.benchmark.BenchmarkActivity
import org.cloformer.demo.camera.CameraActivity
import org.cloformer.demo.camera.FrameView
import org.cloformer.demo.headless.HeadlessActivity
import org.cloformer.demo.photo.PhotoActivity
import org.cloformer.demo.selftest.SelfTestActivity
import org.junit.Test
import org.robolectric.Robolectric
import org.robolectric.RuntimeEnvironment

/** Light and dark, large text, both ways up, and what a screen reader needs: on every screen. */
class AppearanceTest : ScreenTest() {
    private val screens = listOf(
        MainActivity::class, CameraActivity::class, PhotoActivity::class, BenchmarkActivity::class,
        SelfTestActivity::class, HeadlessActivity::class,
    )

    private fun each(check: (Activity) -> Unit) = screens.forEach { screen ->
        val controller = Robolectric.buildActivity(screen.java).setup()
        check(controller.get())
        controller.pause().stop().destroy()
    }

    private fun background(picture: Bitmap) = Color.luminance(picture.getPixel(picture.width / 2, picture.height - 2))

    @Test
    fun `a dark screen is dark, a light one light`() {
        each { assertTrue(background(it.draw("${it.javaClass.simpleName}-light")) > 0.7f, it.localClassName) }
        RuntimeEnvironment.setQualifiers("+night")
        each { assertTrue(background(it.draw("${it.javaClass.simpleName}-dark")) < 0.3f, it.localClassName) }
    }

    @Test
    fun `a mask's legend can be read on light and on dark`() {
        val photo = chooseDense("segmentation").run { File(folder, manifest.golden.images.single().file) }
        for (look in listOf("notnight", "night")) {
            RuntimeEnvironment.setQualifiers("+$look")
            val screen = Robolectric.buildActivity(PhotoActivity::class.java).setup().get()
            screen.choose(photo)
            await("the legend") { screen.text(R.id.answer).isNotEmpty() }
            val ink = Color.luminance(screen.findViewById<TextView>(R.id.answer).currentTextColor)
            val (dark, light) = listOf(ink, background(screen.draw("photo-mask-$look"))).sorted()
            assertTrue((light + 0.05f) / (dark + 0.05f) > 4.5f, look)
        }
    }

    @Test
    fun `text follows the system's size, and what no longer fits can be scrolled to`() {
        var small = 0f
        each { small = it.views().filterIsInstance<TextView>().maxOf { text -> text.textSize } }
        RuntimeEnvironment.setFontScale(2f)
        each { screen ->
            assertTrue(screen.views().filterIsInstance<TextView>().maxOf { it.textSize } > 1.3f * small)
            assertTrue(screen.views().any { it is android.widget.ScrollView })
            screen.draw("${screen.javaClass.simpleName}-large-text")
        }
    }

    @Test
    fun `every screen opens in landscape`() {
        RuntimeEnvironment.setQualifiers("+land")
        each { it.draw("${it.javaClass.simpleName}-landscape") }
    }

    @Test
    fun `pictures and bars have descriptions, and headings are headings`() = each { screen ->
        val silent = screen.views().filter { it is ImageView || it is FrameView || it is ProgressBar }
            .filter { it.contentDescription.isNullOrEmpty() }
        assertEquals(emptyList(), silent)
        assertEquals(1, screen.views().count { it.isAccessibilityHeading })
    }

    @Test
    fun `what can be touched is at least 48 dp high`() = each { screen ->
        val wanted = 48 * screen.resources.displayMetrics.density
        val touched = screen.views().filter { it is Button || it is Spinner || it is CheckBox }
        assertTrue(touched.all { it.visibility != View.VISIBLE || it.minimumHeight >= wanted }, screen.localClassName)
    }
}
