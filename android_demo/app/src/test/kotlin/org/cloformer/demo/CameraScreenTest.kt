package org.cloformer.demo

import android.Manifest.permission.CAMERA
import android.content.Intent
import android.graphics.Bitmap
import android.graphics.Color
import android.hardware.camera2.CameraCharacteristics
import android.hardware.camera2.CameraManager
import android.provider.Settings
import android.widget.Button
import kotlin.test.assertContains
import kotlin.test.assertEquals
import kotlin.test.assertNotNull
import kotlin.test.assertTrue
import org.cloformer.demo.camera.CameraActivity
import org.cloformer.demo.camera.FrameView
import org.junit.Test
import org.robolectric.Robolectric
import org.robolectric.Shadows.shadowOf
import org.robolectric.shadows.ShadowCameraCharacteristics

/** Frames come from real cameras only; what happens around them is tested here, and their pixels in CameraFrameTest. */
class CameraScreenTest : ScreenTest() {
    private fun opened(): CameraActivity = Robolectric.buildActivity(CameraActivity::class.java).setup().get()

    private fun addCamera() = shadowOf(app.getSystemService(CameraManager::class.java))
        .addCamera("0", ShadowCameraCharacteristics.newCameraCharacteristics().also {
            shadowOf(it).set(CameraCharacteristics.LENS_FACING, CameraCharacteristics.LENS_FACING_BACK)
        })

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
        screen.findViewById<FrameView>(R.id.frame).show(frame, cropHeight = 0.66f, cropWidth = 0.88f)
        val picture = screen.draw("camera")
        val colors = IntArray(picture.width * picture.height)
        picture.getPixels(colors, 0, picture.width, 0, 0, picture.width, picture.height)
        assertContains(colors.toList(), Color.rgb(20, 60, 90))
        assertContains(colors.toList(), Color.YELLOW)
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
