package org.cloformer.demo

import android.app.Activity
import android.graphics.Bitmap
import android.graphics.Color
import android.graphics.drawable.BitmapDrawable
import android.widget.Button
import android.widget.ImageView
import java.io.File
import kotlin.test.assertContains
import kotlin.test.assertEquals
import kotlin.test.assertTrue
import org.cloformer.core.bundle.Bundle
import org.cloformer.demo.photo.PhotoActivity
import org.cloformer.demo.screen.classColor
import org.junit.Test
import org.robolectric.Robolectric
import org.robolectric.Shadows.shadowOf

class PhotoScreenTest : ScreenTest() {
    private val controller = Robolectric.buildActivity(PhotoActivity::class.java).setup()
    private val screen: PhotoActivity get() = controller.get()
    private val bundle: Bundle = app.store.run { open(names().first()) }

    private fun golden(index: Int) = File(bundle.folder, bundle.manifest.golden.images[index].file)

    private fun expectedLabel(index: Int): String {
        val logits = bundle.goldenOutput("logits")[index]
        return bundle.labels[logits.indices.maxBy { logits[it] }]
    }

    @Test
    fun `a golden image gets the reference's first class`() {
        assertEquals("image/*", screen.choose(golden(1)).type)
        await("the classes") { screen.text(R.id.answer).isNotEmpty() }
        assertEquals(expectedLabel(1), screen.text(R.id.answer).lines().first().substringBeforeLast(": "))
        assertEquals(3, screen.text(R.id.answer).lines().size)
        assertContains(screen.text(R.id.took), "ms inference")
        assertEquals("ONNX Runtime cpu fp32, 2 threads", screen.text(R.id.ran_in))
        screen.draw("photo")
    }

    @Test
    fun `turning the device keeps the photo`() {
        screen.choose(golden(1))
        await("the classes") { screen.text(R.id.answer).isNotEmpty() }
        controller.recreate()
        await("the classes, again") { screen.text(R.id.answer).isNotEmpty() }
        assertTrue((screen.findViewById<ImageView>(R.id.image).drawable as BitmapDrawable).bitmap.width == 64)
    }

    private fun chooseGoldenOf(dense: Bundle) =
        screen.choose(File(dense.folder, dense.manifest.golden.images.single().file))

    /** The golden picture: black, with a red square from 8 to 32, and a blue one. */
    @Test
    fun `a mask shows through, and its classes are listed with their colors`() {
        chooseGoldenOf(chooseDense("segmentation"))
        await("the classes") { screen.text(R.id.answer).isNotEmpty() }
        val lines = screen.text(R.id.answer).lines().map { it.trim() }
        assertEquals(listOf("background: 77 %", "red: 14 %", "blue: 9 %"), lines)
        val view = screen.findViewById<ImageView>(R.id.image)
        val picture = screen.draw("photo-mask")
        val (left, top) = IntArray(2).also(view::getLocationInWindow)
        val side = view.height - view.paddingTop
        val justInside = left + view.width / 2 + (side * (9.5f - 32) / 64).toInt() // a smooth mask would be mixed here
        val found = picture.getPixel(justInside, top + view.paddingTop + side * 20 / 64)
        val share = 140 / 255f // of the mask, the rest is the picture's
        val expected = listOf(Color::red, Color::green, Color::blue).map { channel ->
            channel(classColor(1)) * share + channel(Color.RED) * (1 - share)
        }
        listOf(Color.red(found), Color.green(found), Color.blue(found)).zip(expected).forEach { (a, b) ->
            assertEquals(b, a.toFloat(), 3f)
        }
    }

    @Test
    fun `boxes have their classes' colors, and the surest are listed`() {
        chooseGoldenOf(chooseDense("detection"))
        await("the objects") { screen.text(R.id.answer).isNotEmpty() }
        assertEquals(List(4) { "red: 99 %" } + "blue: 99 %", screen.text(R.id.answer).lines().map { it.trim() })
        val colors = screen.draw("photo-boxes").colors().toSet()
        assertTrue(classColor(0) in colors && classColor(2) in colors && classColor(1) !in colors)
    }

    @Test
    fun `where nothing is found, that is said`() {
        chooseDense("detection")
        screen.choose(File(app.home, "black.png").also { file ->
            file.outputStream().use {
                Bitmap.createBitmap(64, 64, Bitmap.Config.ARGB_8888).compress(Bitmap.CompressFormat.PNG, 100, it)
            }
        })
        await("the answer") { screen.text(R.id.answer).isNotEmpty() }
        assertEquals(app.getString(R.string.nothing_found), screen.text(R.id.answer))
    }

    @Test
    fun `of features there is nothing to draw`() {
        chooseGoldenOf(chooseDense("features"))
        await("the message") { screen.shows(R.id.problem) }
        assertEquals(app.getString(R.string.nothing_to_draw), screen.text(R.id.problem_text))
        screen.draw("photo-features")
    }

    @Test
    fun `a file that is no photo gets a message`() {
        screen.choose(File(bundle.folder, "manifest.json"))
        await("the message") { screen.shows(R.id.problem) }
        assertContains(screen.text(R.id.problem_text), "cannot decode the file as an image")
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
