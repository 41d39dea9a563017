package org.cloformer.demo

import android.Manifest.permission.CAMERA
import android.content.Intent
import android.widget.Button
import java.io.File
import kotlin.test.assertContains
import kotlin.test.assertEquals
import org.cloformer.core.bundle.Bundle
import org.cloformer.demo.benchmark.BenchmarkActivity
import org.cloformer.demo.camera.CameraActivity
import org.cloformer.demo.photo.PhotoActivity
import org.cloformer.demo.selftest.SelfTestActivity
import org.junit.Test
import org.robolectric.Robolectric
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config

/** Each screen does its work in Android 8's framework: a call that came later would be a NoSuchMethodError here. */
@Config(sdk = [26])
class OldestAndroidTest : ScreenTest() {
    @Test
    fun `the first screen offers the shipped bundle`() {
        val screen = Robolectric.buildActivity(MainActivity::class.java).setup().get()
        await("the choices") { screen.findViewById<Button>(R.id.camera).isEnabled }
    }

    @Test
    fun `a photo is classified`() = answers(app.store.run { open(names().first()) })

    @Test
    fun `a photo is segmented`() = answers(chooseDense("segmentation"))

    @Test
    fun `objects are found in a photo`() = answers(chooseDense("detection"))

    private fun answers(bundle: Bundle) {
        val screen = Robolectric.buildActivity(PhotoActivity::class.java).setup().get()
        val photo = File(bundle.folder, bundle.manifest.golden.images[0].file)
        assertEquals(Intent.ACTION_OPEN_DOCUMENT, screen.choose(photo).action)
        await("the answer") { screen.text(R.id.answer).isNotEmpty() }
        screen.draw("photo-android-8-${bundle.manifest.model.task}")
    }

    @Test
    fun `a benchmark is measured, without a thermal status`() {
        val screen = Robolectric.buildActivity(BenchmarkActivity::class.java).setup().get()
        screen.findViewById<Button>(R.id.start).performClick()
        await("the end") { screen.shows(R.id.share) }
        assertContains(screen.text(R.id.results), app.getString(R.string.thermal_unknown))
    }

    @Test
    fun `the self-test passes`() {
        val screen = Robolectric.buildActivity(SelfTestActivity::class.java).setup().get()
        await("the results") { "passed" in screen.text(R.id.summary) }
        assertContains(screen.text(R.id.results), "ONNX Runtime cpu fp32: passed")
    }

    @Test
    fun `the camera screen opens and closes`() {
        shadowOf(app).grantPermissions(CAMERA)
        Robolectric.buildActivity(CameraActivity::class.java).setup().pause().stop().destroy()
    }
}
