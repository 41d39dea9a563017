package org.cloformer.demo.screen

import android.content.res.Resources
import android.graphics.Canvas
import android.graphics.Paint
import android.graphics.RectF
import android.util.TypedValue
import org.cloformer.core.detect.Box

/** Boxes in the colors of their classes, each with a tag of class and score. The crop is [width] x [height]. */
internal class BoxesOverlay(
    boxes: List<Box>,
    labels: List<String>,
    private val width: Int,
    private val height: Int,
    resources: Resources,
) : Overlay {
    private class Tagged(val box: Box, val tag: String, val color: Int)

    /** The boxes by ascending score, so that the best are drawn on top. */
    private val tagged = boxes.asReversed().map { box ->
        val color = classColor(box.target)
        Tagged(box, Caption(labels[box.target], box.score, color).textIn(resources), color)
    }
    private val outline = Paint(Paint.ANTI_ALIAS_FLAG).apply {
        style = Paint.Style.STROKE
        strokeWidth = OUTLINE_DP * resources.displayMetrics.density
    }
    private val ground = Paint()
    private val ink = Paint(Paint.ANTI_ALIAS_FLAG).apply {
        textSize = TypedValue.applyDimension(TypedValue.COMPLEX_UNIT_SP, TEXT_SP, resources.displayMetrics)
    }
    private val margin = MARGIN_DP * resources.displayMetrics.density

    override fun draw(canvas: Canvas, target: RectF) {
        canvas.save()
        canvas.clipRect(target)
        for (each in tagged) {
            outline.color = each.color
            canvas.drawRect(placeOf(each.box, target), outline)
        }
        for (each in tagged) drawTag(canvas, each, placeOf(each.box, target), target)
        canvas.restore()
    }

    private fun placeOf(box: Box, target: RectF): RectF {
        val (scaleX, scaleY) = target.width() / width to target.height() / height
        return RectF(
            target.left + box.x1 * scaleX, target.top + box.y1 * scaleY,
            target.left + box.x2 * scaleX, target.top + box.y2 * scaleY,
        )
    }

    /** Draws a tag on the box's upper edge, or below it at the picture's edge. */
    private fun drawTag(canvas: Canvas, each: Tagged, place: RectF, target: RectF) {
        val wide = ink.measureText(each.tag) + 2 * margin
        val high = ink.fontSpacing
        val left = minOf(place.left, target.right - wide).coerceAtLeast(target.left)
        val top = if (place.top - high >= target.top) place.top - high else place.top
        ground.color = each.color
        ink.color = inkOn(each.color)
        canvas.drawRect(left, top, left + wide, top + high, ground)
        canvas.drawText(each.tag, left + margin, top - ink.fontMetrics.ascent, ink)
    }

    private companion object {
        const val OUTLINE_DP = 2f
        const val MARGIN_DP = 3f
        const val TEXT_SP = 12f
    }
}
