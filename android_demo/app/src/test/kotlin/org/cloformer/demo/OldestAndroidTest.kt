package org.cloformer.demo

import android.Manifest.permission.CAMERA
import android.app.Activity
import android.content.Intent
import android.net.Uri
import android.widget.Button
import java.io.File
import kotlin.test.assertContains
import kotlin.test.assertEquals
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
    fun `a photo is classified`() {
        val screen = Robolectric.buildActivity(PhotoActivity::class.java).setup().get()
        val bundle = app.store.run { open(names().first()) }
        val photo = File(bundle.folder, bundle.manifest.golden.images[0].file)
        val uri = Uri.parse("content://photos/golden.png")
        shadowOf(app.contentResolver).registerInputStreamSupplier(uri) { photo.inputStream() }
        screen.findViewById<Button>(R.id.choose).performClick()
        val picker = shadowOf(screen).nextStartedActivityForResult.intent
        assertEquals(Intent.ACTION_OPEN_DOCUMENT, picker.action)
        shadowOf(screen).receiveResult(picker, Activity.RESULT_OK, Intent().setData(uri))
        await("the classes") { screen.text(R.id.guesses).isNotEmpty() }
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
