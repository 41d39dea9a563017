package org.cloformer.demo.screen

import android.content.res.Resources
import android.graphics.drawable.GradientDrawable
import android.text.SpannableStringBuilder
import android.text.Spanned
import android.text.style.ImageSpan
import android.widget.TextView
import kotlin.math.roundToInt
import org.cloformer.core.predict.Answer
import org.cloformer.demo.R

/** One line of an answer: a class, its score or its share of the image, and its color if it is drawn. */
class Caption(private val label: String, private val part: Float, val color: Int?) {
    fun textIn(resources: Resources): String =
        resources.getString(R.string.caption, label, (part * PERCENT).roundToInt())
}

/** Returns the top of an answer: the likeliest classes, the largest classes of a mask, or the best objects. */
fun captionsOf(answer: Answer, labels: List<String>): List<Caption> = when (answer) {
    is Answer.Classes -> answer.guesses.map { Caption(it.label, it.probability, color = null) }
    is Answer.Segments ->
        answer.mask.shares().take(MOST_LINES).map { Caption(labels[it.target], it.part, classColor(it.target)) }
    is Answer.Objects ->
        answer.boxes.take(MOST_LINES).map { Caption(labels[it.target], it.score, classColor(it.target)) }
}

/** Returns the captions as text for [view], each after a swatch of its color. */
fun legendOf(captions: List<Caption>, view: TextView): CharSequence {
    val text = SpannableStringBuilder()
    for (caption in captions) {
        if (text.isNotEmpty()) text.append("\n")
        caption.color?.let { text.append(" ", swatch(it, view), Spanned.SPAN_EXCLUSIVE_EXCLUSIVE).append(" ") }
        text.append(caption.textIn(view.resources))
    }
    return text
}

/** Returns a swatch, outlined in the text's color so that a light one is visible on a light screen. */
private fun swatch(color: Int, view: TextView): ImageSpan {
    val side = (SWATCH_SHARE * view.textSize).roundToInt()
    val square = GradientDrawable().apply {
        setColor(color)
        setStroke(view.resources.displayMetrics.density.roundToInt(), view.currentTextColor)
        setBounds(0, 0, side, side)
    }
    return ImageSpan(square, ImageSpan.ALIGN_BASELINE)
}

private const val MOST_LINES = 5
private const val PERCENT = 100
private const val SWATCH_SHARE = 0.8f
