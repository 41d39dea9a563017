package org.cloformer.demo.screen

import android.content.res.Resources
import android.graphics.Bitmap
import android.graphics.Canvas
import android.graphics.Paint
import android.graphics.RectF
import org.cloformer.core.predict.Answer
import org.cloformer.core.predict.Prediction
import org.cloformer.core.segment.Mask

/** A drawing over the crop that the network saw. */
fun interface Overlay {
    /** Draws the overlay of a crop that fills [target]. */
    fun draw(canvas: Canvas, target: RectF)
}

/** Returns the overlay of an answer, or null if the answer is only text. */
fun overlayOf(prediction: Prediction, labels: List<String>, resources: Resources): Overlay? =
    when (val answer = prediction.answer) {
        is Answer.Classes -> null
        is Answer.Segments -> MaskOverlay(answer.mask)
        is Answer.Objects -> prediction.crop.run { BoxesOverlay(answer.boxes, labels, width, height, resources) }
    }

/** A mask, each pixel in the color of its class; the picture shows through. */
private class MaskOverlay(mask: Mask) : Overlay {
    private val colored: Bitmap
    private val paint = Paint().apply {
        alpha = ALPHA
        isFilterBitmap = false // colors between those of two classes have no meaning
    }

    init {
        val palette = IntArray(mask.targets.max() + 1, ::classColor)
        val pixels = IntArray(mask.targets.size) { palette[mask.targets[it]] }
        colored = Bitmap.createBitmap(pixels, mask.width, mask.height, Bitmap.Config.ARGB_8888)
    }

    override fun draw(canvas: Canvas, target: RectF) = canvas.drawBitmap(colored, null, target, paint)

    private companion object {
        /** The opacity of the mask, of 255. */
        const val ALPHA = 140
    }
}
