package org.cloformer.demo

import android.app.Activity
import android.content.Intent
import android.graphics.drawable.BitmapDrawable
import android.net.Uri
import android.widget.Button
import android.widget.ImageView
import java.io.File
import kotlin.test.assertContains
import kotlin.test.assertEquals
import kotlin.test.assertTrue
import org.cloformer.core.bundle.Bundle
import org.cloformer.demo.photo.PhotoActivity
import org.junit.Test
import org.robolectric.Robolectric
import org.robolectric.Shadows.shadowOf

class PhotoScreenTest : ScreenTest() {
    private val controller = Robolectric.buildActivity(PhotoActivity::class.java).setup()
    private val screen: PhotoActivity get() = controller.get()
    private val bundle: Bundle = app.store.run { open(names().first()) }

    private fun choose(photo: File) {
        val uri = Uri.parse("content://photos/${photo.name}")
        shadowOf(app.contentResolver).registerInputStreamSupplier(uri) { photo.inputStream() }
        screen.findViewById<Button>(R.id.choose).performClick()
        val picker = shadowOf(screen).nextStartedActivityForResult
        assertEquals("image/*", picker.intent.type)
        shadowOf(screen).receiveResult(picker.intent, Activity.RESULT_OK, Intent().setData(uri))
    }

    private fun golden(index: Int) = File(bundle.folder, bundle.manifest.golden.images[index].file)

    private fun expectedLabel(index: Int): String {
        val logits = bundle.goldenOutputs()[index]
        return bundle.labels[logits.indices.maxBy { logits[it] }]
    }

    @Test
    fun `a golden image gets the reference's first class`() {
        choose(golden(1))
        await("the classes") { screen.text(R.id.guesses).isNotEmpty() }
        assertEquals(expectedLabel(1), screen.text(R.id.guesses).lines().first().substringBeforeLast(": "))
        assertEquals(3, screen.text(R.id.guesses).lines().size)
        assertContains(screen.text(R.id.took), "ms inference")
        assertEquals("ONNX Runtime cpu fp32, 2 threads", screen.text(R.id.ran_in))
        screen.draw("photo")
    }

    @Test
    fun `turning the device keeps the photo`() {
        choose(golden(1))
        await("the classes") { screen.text(R.id.guesses).isNotEmpty() }
        controller.recreate()
        await("the classes, again") { screen.text(R.id.guesses).isNotEmpty() }
        assertTrue((screen.findViewById<ImageView>(R.id.image).drawable as BitmapDrawable).bitmap.width == 64)
    }

    @Test
    fun `a file that is no photo gets a message`() {
        choose(File(bundle.folder, "manifest.json"))
        await("the message") { screen.shows(R.id.problem) }
        assertContains(screen.text(R.id.problem_text), "no image that this device can decode")
        screen.draw("photo-unreadable")
    }

    @Test
    fun `choosing nothing changes nothing`() {
        screen.findViewById<Button>(R.id.choose).performClick()
        val picker = shadowOf(screen).nextStartedActivityForResult
        shadowOf(screen).receiveResult(picker.intent, Activity.RESULT_CANCELED, null)
        assertEquals(app.getString(R.string.no_photo), screen.text(R.id.took))
    }
}
