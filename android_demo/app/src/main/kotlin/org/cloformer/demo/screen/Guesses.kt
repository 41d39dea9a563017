package org.cloformer.demo.screen

import android.app.Activity
import android.graphics.Bitmap
import android.widget.TextView
import kotlin.math.roundToInt
import org.cloformer.core.classify.Classified
import org.cloformer.core.image.RgbImage
import org.cloformer.demo.R
import org.cloformer.demo.model.Chosen

private const val NANOSECONDS_PER_MS = 1e6
private const val PERCENT = 100

/** Shows the three most likely classes, what they took, and what ran. */
fun Activity.showGuesses(classified: Classified, chosen: Chosen) {
    findViewById<TextView>(R.id.guesses).text = classified.guesses.joinToString("\n") {
        getString(R.string.guess, it.label, (it.probability * PERCENT).roundToInt())
    }
    findViewById<TextView>(R.id.took).text = classified.run {
        getString(R.string.took, inferenceNs / NANOSECONDS_PER_MS, preparationNs / NANOSECONDS_PER_MS)
    }
    findViewById<TextView>(R.id.ran_in).text = ranIn(chosen)
}

/** Which runtime, backend and precision, with how many threads. */
fun Activity.ranIn(chosen: Chosen): String = getString(R.string.ran_in, chosen.choice.title, chosen.threads)

fun RgbImage.toBitmap(): Bitmap {
    val colors = IntArray(width * height) { index ->
        val at = index * RgbImage.CHANNELS
        val (red, green, blue) = Triple(pixels[at].toInt(), pixels[at + 1].toInt(), pixels[at + 2].toInt())
        (0xff shl 24) or ((red and 0xff) shl 16) or ((green and 0xff) shl 8) or (blue and 0xff)
    }
    return Bitmap.createBitmap(colors, width, height, Bitmap.Config.ARGB_8888)
}
