package org.cloformer.demo

import android.Manifest.permission.CAMERA
import android.content.Intent
import android.graphics.Bitmap
import android.graphics.Canvas
import android.graphics.Color
import android.graphics.ImageFormat
import android.graphics.Paint
import android.hardware.camera2.CameraCharacteristics
import android.hardware.camera2.CameraManager
import android.provider.Settings
import android.util.Size
import android.widget.Button
import kotlin.test.assertContains
import kotlin.test.assertEquals
import kotlin.test.assertNotEquals
import kotlin.test.assertNotNull
import kotlin.test.assertTrue
import org.cloformer.core.image.RgbImage
import org.cloformer.core.predict.Predictor
import org.cloformer.demo.camera.CameraActivity
import org.cloformer.demo.camera.FrameView
import org.cloformer.demo.model.chosen
import org.cloformer.demo.screen.Seen
import org.cloformer.demo.screen.classColor
import org.junit.Test
import org.robolectric.Robolectric
import org.robolectric.Shadows.shadowOf
import org.robolectric.shadows.ShadowCameraCharacteristics
import org.robolectric.shadows.StreamConfigurationMapBuilder

/** Frames come from real cameras only; what happens around them is tested here, and their pixels in CameraFrameTest. */
class CameraScreenTest : ScreenTest() {
    private fun opened(): CameraActivity = Robolectric.buildActivity(CameraActivity::class.java).setup().get()

    private fun addCamera() = shadowOf(app.getSystemService(CameraManager::class.java))
        .addCamera("0", ShadowCameraCharacteristics.newCameraCharacteristics().also {
            shadowOf(it).set(CameraCharacteristics.LENS_FACING, CameraCharacteristics.LENS_FACING_BACK)
            shadowOf(it).set(CameraCharacteristics.SCALER_STREAM_CONFIGURATION_MAP, yuv(Size(640, 480)))
        })

    private fun yuv(size: Size) =
        StreamConfigurationMapBuilder.newBuilder().addOutputSize(ImageFormat.YUV_420_888, size).build()

    @Test
    fun `a device without a camera gets a message`() {
        shadowOf(app).grantPermissions(CAMERA)
        val screen = opened()
        assertEquals(app.getString(R.string.no_camera), screen.text(R.id.problem_text))
        screen.draw("camera-none")
    }

    @Test
    fun `a denied permission is explained, with the way to the settings`() {
        addCamera()
        val screen = opened()
        val asked = assertNotNull(shadowOf(screen).lastRequestedPermission)
        assertEquals(listOf(CAMERA), asked.requestedPermissions.toList())
        screen.onRequestPermissionsResult(asked.requestCode, arrayOf(CAMERA), intArrayOf(-1))
        assertEquals(app.getString(R.string.camera_denied), screen.text(R.id.problem_text))
        screen.findViewById<Button>(R.id.problem_action).performClick()
        val started: Intent = shadowOf(screen).nextStartedActivity
        assertEquals(Settings.ACTION_APPLICATION_DETAILS_SETTINGS, started.action)
        assertEquals("package:org.cloformer.demo", started.dataString)
        screen.draw("camera-denied")
    }

    @Test
    fun `turning the device does not ask again`() {
        addCamera()
        val controller = Robolectric.buildActivity(CameraActivity::class.java).setup()
        controller.recreate()
        assertEquals(null, shadowOf(controller.get()).lastRequestedPermission)
        assertTrue(controller.get().shows(R.id.problem))
    }

    @Test
    fun `a frame is shown whole, with the network's part outlined`() {
        addCamera()
        shadowOf(app).grantPermissions(CAMERA)
        val screen = opened()
        val frame = Bitmap.createBitmap(480, 640, Bitmap.Config.ARGB_8888).apply { eraseColor(Color.rgb(20, 60, 90)) }
        screen.findViewById<FrameView>(R.id.frame).show(frame, cropHeight = 0.66f, cropWidth = 0.88f, overlay = null)
        val colors = screen.draw("camera").colors().toSet()
        assertContains(colors, Color.rgb(20, 60, 90))
        assertContains(colors, Color.YELLOW)
    }

    /** A frame of which the network sees the middle: black, with a red square. Without permission no other can come. */
    private fun framed(task: String): CameraActivity {
        addCamera()
        chooseDense(task)
        val screen = opened()
        val frame = Bitmap.createBitmap(480, 640, Bitmap.Config.ARGB_8888).apply {
            eraseColor(Color.BLACK)
            Canvas(this).drawRect(120f, 200f, 360f, 440f, Paint().apply { color = Color.RED })
        }
        val chosen = app.chosen()
        val image = RgbImage.fromArgb(frame.width, frame.height, frame.colors())
        val prediction = Predictor(chosen.bundle, chosen.choice, chosen.threads).use { it.predict(image) }
        screen.show(frame, Seen(prediction, chosen, screen.resources))
        return screen
    }

    @Test
    fun `a mask is drawn on the crop alone`() {
        val screen = framed("segmentation")
        val view = screen.findViewById<FrameView>(R.id.frame)
        val picture = screen.draw("camera-mask")
        val (left, top) = IntArray(2).also(view::getLocationInWindow)
        val scale = minOf(view.width / 480f, view.height / 640f)
        fun pixel(x: Int, y: Int) = picture.getPixel(
            (left + view.width / 2 + (x - 240) * scale).toInt(), (top + view.height / 2 + (y - 320) * scale).toInt(),
        )
        assertEquals(Color.BLACK, pixel(240, 40), "above the crop, which is 480 x 480")
        assertNotEquals(Color.BLACK, pixel(60, 320), "within the crop, the background's color")
        assertNotEquals(Color.RED, pixel(240, 320), "within the square")
        val classes = screen.text(R.id.answer).lines().map { it.trim().substringBefore(':') }
        assertEquals(listOf("background", "red"), classes)
    }

    @Test
    fun `boxes are drawn with class and score`() {
        val screen = framed("detection")
        assertContains(screen.draw("camera-boxes").colors().toSet(), classColor(0))
        assertEquals("red: 99 %", screen.text(R.id.answer).lines().first().trim())
    }

    @Test
    fun `of features there is nothing to draw`() {
        addCamera()
        shadowOf(app).grantPermissions(CAMERA)
        chooseDense("features")
        val screen = opened()
        await("the message") { screen.shows(R.id.problem) }
        assertEquals(app.getString(R.string.nothing_to_draw), screen.text(R.id.problem_text))
        screen.draw("camera-features")
    }

    @Test
    fun `leaving and coming back opens the camera anew`() {
        addCamera()
        shadowOf(app).grantPermissions(CAMERA)
        val controller = Robolectric.buildActivity(CameraActivity::class.java).setup()
        repeat(20) { controller.pause().resume() } // a network that is closed twice ends the process
        controller.pause().stop().destroy()
    }
}
