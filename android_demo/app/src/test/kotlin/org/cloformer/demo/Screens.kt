package org.cloformer.demo

import android.app.Activity
import android.content.Intent
import android.graphics.Bitmap
import android.graphics.Canvas
import android.net.Uri
import android.os.Looper
import android.view.View
import android.view.ViewGroup
import android.widget.Button
import android.widget.TextView
import java.io.File
import kotlin.test.fail
import org.cloformer.core.bundle.Bundle
import org.cloformer.demo.photo.PhotoActivity
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf

/** The app's own object, as in each test of a screen. */
val app: DemoApplication get() = RuntimeEnvironment.getApplication() as DemoApplication

/** Chooses the small bundle of [task] that the build wrote: a network that tells red, green and blue apart. */
fun chooseDense(task: String): Bundle {
    File(System.getProperty("cloformer.dense-bundles"), task).copyRecursively(File(app.home, "bundles/$task"))
    app.settings.bundle = task
    return app.store.open(task)
}

/** Lets the main thread work until [condition] holds; background threads run for real. */
fun await(what: String, condition: () -> Boolean) {
    val deadline = System.nanoTime() + PATIENCE_NS
    while (System.nanoTime() < deadline) {
        shadowOf(Looper.getMainLooper()).idle()
        if (condition()) return
        Thread.sleep(10)
    }
    fail("waited in vain for: $what")
}

/** Chooses [photo] as the system's picker would; returns how the screen asked for one. */
fun PhotoActivity.choose(photo: File): Intent {
    val uri = Uri.parse("content://photos/${photo.name}")
    shadowOf(app.contentResolver).registerInputStreamSupplier(uri) { photo.inputStream() }
    findViewById<Button>(R.id.choose).performClick()
    val picker = shadowOf(this).nextStartedActivityForResult.intent
    shadowOf(this).receiveResult(picker, Activity.RESULT_OK, Intent().setData(uri))
    return picker
}

fun Activity.text(id: Int): String = findViewById<TextView>(id).text.toString()

fun Activity.shows(id: Int): Boolean = findViewById<View>(id).isShown

/** Every view of the screen, outermost first. */
fun Activity.views(): List<View> = viewsWithin(window.decorView)

private fun viewsWithin(view: View): List<View> {
    val inner = if (view is ViewGroup) (0 until view.childCount).map(view::getChildAt) else emptyList()
    return listOf(view) + inner.flatMap(::viewsWithin)
}

/** Draws the screen as the device would, into the folder of pictures that the build collects. */
fun Activity.draw(name: String): Bitmap {
    shadowOf(Looper.getMainLooper()).idle()
    val view = window.decorView
    val picture = Bitmap.createBitmap(view.width, view.height, Bitmap.Config.ARGB_8888)
    view.draw(Canvas(picture))
    val file = File(System.getProperty("cloformer.screens"), "$name.png").also { it.absoluteFile.parentFile?.mkdirs() }
    file.outputStream().use { picture.compress(Bitmap.CompressFormat.PNG, 100, it) }
    return picture
}

/** Each pixel as 0xAARRGGBB, row by row. */
fun Bitmap.colors(): IntArray = IntArray(width * height).also { getPixels(it, 0, width, 0, 0, width, height) }

private const val PATIENCE_NS = 60_000_000_000L
