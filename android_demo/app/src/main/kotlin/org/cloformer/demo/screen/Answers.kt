package org.cloformer.demo.screen

import android.app.Activity
import android.content.res.Resources
import android.graphics.Bitmap
import android.widget.TextView
import org.cloformer.core.image.RgbImage
import org.cloformer.core.predict.Prediction
import org.cloformer.demo.R
import org.cloformer.demo.model.Chosen

/** A prediction with everything that a screen shows of it, prepared in the background. */
class Seen(val prediction: Prediction, val chosen: Chosen, resources: Resources) {
    val captions: List<Caption> = captionsOf(prediction.answer, chosen.bundle.labels)

    /** The overlay, or null if the answer is only text. */
    val overlay: Overlay? = overlayOf(prediction, chosen.bundle.labels, resources)
}

/** Shows the answer as text, the time it took, and what ran; the screen itself shows the picture. */
fun Activity.showAnswer(seen: Seen) {
    findViewById<TextView>(R.id.answer).apply {
        text = if (seen.captions.isEmpty()) getString(R.string.nothing_found) else legendOf(seen.captions, this)
        minLines = maxOf(minLines, seen.captions.size) // otherwise the camera's picture would jump with each frame
    }
    findViewById<TextView>(R.id.took).text = seen.prediction.run {
        getString(R.string.took, inferenceNs / NANOSECONDS_PER_MS, preparationNs / NANOSECONDS_PER_MS)
    }
    findViewById<TextView>(R.id.ran_in).text = ranIn(seen.chosen)
}

/** Returns the runtime, backend, precision and number of threads as text. */
fun Activity.ranIn(chosen: Chosen): String = getString(R.string.ran_in, chosen.choice.title, chosen.threads)

fun RgbImage.toBitmap(): Bitmap {
    val colors = IntArray(width * height) { index ->
        val at = index * RgbImage.CHANNELS
        val (red, green, blue) = Triple(pixels[at].toInt(), pixels[at + 1].toInt(), pixels[at + 2].toInt())
        (0xff shl 24) or ((red and 0xff) shl 16) or ((green and 0xff) shl 8) or (blue and 0xff)
    }
    return Bitmap.createBitmap(colors, width, height, Bitmap.Config.ARGB_8888)
}

private const val NANOSECONDS_PER_MS = 1e6
