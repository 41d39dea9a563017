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

/** One line of an answer: a class, how sure it is or how much it takes, and its color where it is drawn. */
class Caption(private val label: String, private val part: Float, val color: Int?) {
    fun textIn(resources: Resources): String =
        resources.getString(R.string.caption, label, (part * PERCENT).roundToInt())
}

/** What matters most of an answer: guesses, the classes that take most of the image, or the surest objects. */
fun captionsOf(answer: Answer, labels: List<String>): List<Caption> = when (answer) {
    is Answer.Classes -> answer.guesses.map { Caption(it.label, it.probability, color = null) }
    is Answer.Segments ->
        answer.mask.shares().take(MOST_LINES).map { Caption(labels[it.target], it.part, classColor(it.target)) }
    is Answer.Objects ->
        answer.boxes.take(MOST_LINES).map { Caption(labels[it.target], it.score, classColor(it.target)) }
}

/** The captions as [view]'s text, each after a swatch of its color. */
fun legendOf(captions: List<Caption>, view: TextView): CharSequence {
    val text = SpannableStringBuilder()
    for (caption in captions) {
        if (text.isNotEmpty()) text.append("\n")
        caption.color?.let { text.append(" ", swatch(it, view), Spanned.SPAN_EXCLUSIVE_EXCLUSIVE).append(" ") }
        text.append(caption.textIn(view.resources))
    }
    return text
}

/** Outlined in the text's color: a light class would be lost on a light screen. */
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
