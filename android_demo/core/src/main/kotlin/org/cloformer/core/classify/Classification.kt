package org.cloformer.core.classify

import kotlin.math.exp

/** One of the most likely classes; [probability] is in [0, 1]. */
data class Guess(val index: Int, val label: String, val probability: Float)

/** Returns the probabilities of [logits]; the largest is subtracted first, so that no exponential overflows. */
fun softmax(logits: FloatArray): FloatArray {
    val largest = logits.max()
    val exponentials = DoubleArray(logits.size) { exp((logits[it] - largest).toDouble()) }
    val sum = exponentials.sum()
    return FloatArray(logits.size) { (exponentials[it] / sum).toFloat() }
}

/** Returns the [count] most likely classes, most likely first; ties keep their order. */
fun topGuesses(logits: FloatArray, labels: List<String>, count: Int = 3): List<Guess> {
    val probabilities = softmax(logits)
    return probabilities.indices.sortedByDescending { probabilities[it] }.take(count)
        .map { Guess(it, labels[it], probabilities[it]) }
}
